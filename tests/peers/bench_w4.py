#!/usr/bin/env python3
"""Times one SMA 10/50 backtest over 1,000,000 bars with equity, trades and metrics, beside vectorbt, in one run.

Run by hand, like `compare_engines.py`, on a quiet machine and, for figures of one core, under `taskset -c 0`:

    venv/bin/python tests/peers/bench_w4.py [--runs 7]

Both sides run over the same bars: a random walk from a seed, long, all in, filled at the close, fee 0.1% a side. Loading
the bars and vectorbt's compilation are not counted. The lines are nanoseconds a bar, fastest and median, and the ratio
of the medians.
"""

import argparse
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
import program
import walk

BARS = 1_000_000


def vectorbt(close):
    import vectorbt as vbt

    fast, slow = vbt.MA.run(close, 10), vbt.MA.run(close, 50)
    entries, exits = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
    portfolio = vbt.Portfolio.from_signals(
        close, entries, exits, size=np.inf, fees=0.001, init_cash=1e10, freq="1h"
    )
    return [
        portfolio.total_return(),
        portfolio.sharpe_ratio(),
        portfolio.max_drawdown(),
        portfolio.trades.count(),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    columns = walk.columns(BARS)
    with tempfile.NamedTemporaryFile(suffix=".bars") as file:
        for column in columns:
            file.write(struct.pack("<Q", len(column)) + np.asarray(column, "<f8").tobytes())
        file.flush()
        command = ["cargo", "bench", "-q", "-p", "threadx-engine", "--bench", "w4", "--", file.name]
        ours = subprocess.run(command, cwd=program.REPOSITORY, check=True, capture_output=True, text=True).stdout
    sys.stdout.write(ours)
    close = pd.Series(columns[3], index=pd.date_range("1970-01-01", periods=BARS, freq="h"))
    figures = vectorbt(close)
    runs = []
    for _ in range(args.runs):
        begin = time.perf_counter()
        vectorbt(close)
        runs.append((time.perf_counter() - begin) * 1e9 / BARS)
    median = statistics.median(runs)
    print(f"vectorbt {min(runs):.2f} {median:.2f} ({int(figures[3])} trades)")
    all_in = next(line for line in ours.splitlines() if line.startswith("all "))
    print(f"ratio {median / float(all_in.split()[2]):.1f}")


if __name__ == "__main__":
    main()
