#!/usr/bin/env python3
"""Compares the fast path of sweeps with the full simulator, on every combination of W1, W2 and W3 over files of bars.

Needs nothing but Python; it takes minutes, so it is run by hand:

    python3 tests/peers/compare_paths.py BARS.csv … [--threadx PROGRAM]

Each file (timestamp, open, high, low, close, volume) is taken as it is, and again with its prices rounded to a tick of
a 400th of the first one, where averages and prices tie. A sweep that ranks by the Sharpe ratio takes the fast path; one that
ranks by the Sortino ratio too, which that path does not measure, runs every combination through the full simulator. The
files of their results have to agree: counts exactly, the other metrics that the fast path measures to 1e-9, and none may be
there in one and absent in the other. Returns are compared as 1 + return. A line a sweep: combinations, and the largest
difference.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile

import program

W1 = ["-g", "fast_period=2:99:1", "-g", "slow_period=3:100:1"]
W2 = ["--strategy", "bollinger_reversion", "-g", "period=10:60:2", "-g", "std=1.0:3.0:0.1"]
STOPS = ["--exit-on-signal", "false", "--stop-loss", "0.02", "--take-profit", "0.04"]
WORKLOADS = {"W1": W1, "W2": W2, "W3": W2 + STOPS}
BOTH = ["--direction", "both", "--fill", "next_open", "--slippage", "0.0005"]
LONG = ["--fill", "close"]

MEASURED = """total_return cagr volatility sharpe_ratio max_drawdown calmar_ratio win_rate profit_factor expectancy avg_win avg_loss
best_trade worst_trade avg_trade_duration exposure fees_paid buy_and_hold_return""".split()
# Currency is compared by the starting value, everything else by itself, where it is near 0 by 1.
CURRENCY = {"expectancy", "avg_win", "avg_loss", "fees_paid"}
CASH = 100.0


def sweep(threadx, bars, flags, criteria, file):
    command = [threadx, "sweep", "--data", bars, "--cash", str(CASH), "--luck", "false", "--top", "1"]
    command += ["--criteria", criteria, "--results", file, "--force", "--output", "json"] + flags
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    with open(file, newline="") as rows:
        return list(csv.DictReader(rows))


def compare(fast, full):
    """The largest difference, and where it is."""
    if len(fast) != len(full):
        raise SystemExit(f"{len(fast)} rows and {len(full)}")
    worst = (0.0, "")
    for ours, theirs in zip(fast, full):
        for name in ours:
            a, b = ours[name], theirs[name]
            where = f"combination {ours['combination']} {name}: {a!r} and {b!r}"
            if name not in MEASURED:
                # What else the fast path leaves out is there where it handed a point on.
                if a != b and a != "":
                    raise SystemExit(where)
            elif (a == "") != (b == ""):
                raise SystemExit(where)
            elif a != "":
                scale = CASH if name in CURRENCY else max(abs(float(b)), 1.0)
                worst = max(worst, (abs(float(a) - float(b)) / scale, where))
    return worst


def rounded(path, to):
    """Writes the bars with prices rounded to a tick."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    price = float(rows[1][1])
    tick = price / 400
    with open(to, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(rows[0])
        for row in rows[1:]:
            prices = [max(round(float(cell) / tick), 1) * tick for cell in row[1:5]]
            out.writerow(row[:1] + [repr(cell) for cell in prices] + row[5:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bars", nargs="+", metavar="BARS.csv")
    program.add_option(parser)
    args = parser.parse_args()
    threadx = args.threadx or program.release()
    failed = False
    for path in args.bars:
        with tempfile.TemporaryDirectory() as folder:
            coarse = os.path.join(folder, os.path.basename(path))
            rounded(path, coarse)
            for kind, bars in [("as it is", path), ("coarse", coarse)]:
                for name, flags in WORKLOADS.items():
                    for how, more in [("long", LONG), ("both", BOTH)]:
                        results = [
                            sweep(threadx, bars, flags + more, criteria, os.path.join(folder, "results.csv"))
                            for criteria in ["sharpe_ratio", "sharpe_ratio,sortino_ratio"]
                        ]
                        worst, where = compare(*results)
                        bad = worst > 1e-9
                        failed |= bad
                        told = f"  {where}" if bad else ""
                        what = f"{os.path.basename(path)} {kind} {name} {how}"
                        print(f"{what}: {len(results[0])} combinations, {worst:.1e}{told}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
