#!/usr/bin/env python3
"""Times sweeps W1, W2 and W3 of ThreadX in four ways beside vectorbt and raptorbt, in one run.

Run by hand, like `compare_engines.py`, on a quiet machine, with raptorbt in the environment too:

    venv/bin/python tests/peers/bench_sweeps.py [--bars 100000] [--sample 48] [--threads 1 2] [--no-engine]

W1: crossover of simple averages, all pairs of windows 2 to 100 (4,851); W2: reversion to the Bollinger middle, periods 10
to 60 by 2, widths 1.0 to 3.0 by 0.1 (546); W3: W2's entries, left at a stop of 2% or a target of 4% only. Long, all in,
filled at the close, fee 0.1% a side, over a random walk from a seed. The program runs every combination, and its time is
that of the whole sweep behind the reading of the file: `elapsed_seconds`. Beside it stands what the engine alone takes, as
`cargo bench -p threadx-engine --bench sweeps` times it on one core over the same file: a plain loop with indicators of
its own for each combination, streaming with shared ones, and the fast path. The peers run an even sample of the
combinations, indicators included; their loading, compilation and conversion of the bars are not counted. vectorbt has one
thread. The lines are nanoseconds a bar and combination, the fastest of some runs, and how many times the program's that is.
"""

import argparse
import json
import os
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

RUNS = 3
PAIRS = [(fast, slow) for fast in range(2, 101) for slow in range(fast + 1, 101)]
BANDS = [(period, width / 10) for period in range(10, 61, 2) for width in range(10, 31)]
WORKLOADS = {
    "W1": (PAIRS, ["-g", "fast_period=2:99:1", "-g", "slow_period=3:100:1"]),
    "W2": (BANDS, ["--strategy", "bollinger_reversion", "-g", "period=10:60:2", "-g", "std=1.0:3.0:0.1"]),
}
STOPS = ["--exit-on-signal", "false", "--stop-loss", "0.02", "--take-profit", "0.04"]
WORKLOADS["W3"] = (BANDS, WORKLOADS["W2"][1] + STOPS)


def ours(threadx, path, flags, threads):
    command = [threadx, "sweep", "--data", path, "--token", "WALK", "--timeframe", "1h"]
    command += ["--fill", "close", "--cash", "100", "--luck", "false", "--output", "json"] + flags
    environment = dict(os.environ, THREADX_WORKERS=str(threads))
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    report = json.loads(done.stdout)
    return report["elapsed_seconds"], report["evaluated"]


def engine(path):
    """Plain, streaming and fast by workload, of the engine's own bench over the file."""
    command = ["cargo", "bench", "-q", "-p", "threadx-engine", "--bench", "sweeps", "--", path, "ways"]
    done = subprocess.run(command, cwd=program.REPOSITORY, check=True, capture_output=True, text=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    ways = ["plain", "streaming", "fast"]
    return {row[0]: dict(zip(ways, map(float, row[2:]))) for row in rows if row and row[0] in WORKLOADS}


def signals(name, sma, bands, point):
    """Entries and exits of a point, from a library's own indicators."""
    close = bands[0]
    if name == "W1":
        fast, slow = sma(point[0]), sma(point[1])
        above = fast > slow
        valid = ~np.isnan(slow)
        before = np.roll(above & valid, 1)
        before[0] = False
        known = np.roll(valid, 1)
        known[0] = False
        return above & ~before & valid & known, ~above & before & valid
    upper, middle, lower = bands[1](*point)
    below, over = close < lower, close > middle
    entry = below & ~np.concatenate([[False], below[:-1]])
    exit = over & ~np.concatenate([[False], over[:-1]])
    return entry, exit


def vectorbt(name, points, columns, index):
    import vectorbt as vbt

    frame = [pd.Series(column, index=index) for column in columns]
    close = frame[3]
    stops = dict(sl_stop=0.02, tp_stop=0.04, open=frame[0], high=frame[1], low=frame[2]) if name == "W3" else {}
    begin = time.perf_counter()
    for point in points:
        if name == "W1":
            fast, slow = vbt.MA.run(close, point[0]), vbt.MA.run(close, point[1])
            entries, exits = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
        else:
            bands = vbt.BBANDS.run(close, point[0], alpha=point[1])
            entries, exits = bands.close_crossed_below(bands.lower), bands.close_crossed_above(bands.middle)
        exits = exits & False if stops else exits
        portfolio = vbt.Portfolio.from_signals(
            close, entries, exits, size=np.inf, fees=0.001, init_cash=100.0, freq="1h", **stops
        )
        portfolio.total_return(), portfolio.sharpe_ratio(), portfolio.max_drawdown()
        portfolio.trades.count(), portfolio.trades.win_rate()
    return time.perf_counter() - begin


def raptorbt(name, points, columns, index):
    import raptorbt as rbt

    times = index.values.astype("datetime64[ns]").astype(np.int64)
    opened, high, low, close, volume = columns
    config = rbt.BacktestConfig(initial_capital=100.0, fees=0.001)
    if name == "W3":
        config.set_fixed_stop(0.02)
        config.set_fixed_target(0.04)
    begin = time.perf_counter()
    items = []
    for number, point in enumerate(points):
        sma = lambda period: np.asarray(rbt.sma(close, period))
        bands = lambda period, width: map(np.asarray, rbt.bollinger_bands(close, period, width))
        entries, exits = signals(name, sma, (close, bands), point)
        exits = np.zeros(len(close), bool) if name == "W3" else exits
        items.append(rbt.BatchSingleItem(str(number), entries, exits))
    for _, result in rbt.batch_single_backtest(times, opened, high, low, close, volume, items, config):
        result.metrics.sharpe_ratio
    return time.perf_counter() - begin


PEERS = {"vectorbt": vectorbt, "raptorbt": raptorbt}


def in_a_process(peer, args, threads):
    """A library's own threads are set before it starts."""
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads))
    command = [sys.executable, __file__, "--peer", peer, "--bars", str(args.bars), "--sample", str(args.sample)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)


def time_peer(peer, args):
    columns = walk.columns(args.bars)
    index = pd.date_range("1970-01-01", periods=args.bars, freq="h")
    figures = {}
    for name, (points, _) in WORKLOADS.items():
        sample = points[:: max(1, len(points) // args.sample)]
        PEERS[peer](name, sample[:1], columns, index)
        best = min(PEERS[peer](name, sample, columns, index) for _ in range(RUNS))
        figures[name] = best * 1e9 / args.bars / len(sample)
    print(json.dumps(figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=48)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--no-engine", action="store_true", help="leave the engine's own bench out")
    parser.add_argument("--peer", choices=list(PEERS), help=argparse.SUPPRESS)
    program.add_option(parser)
    args = parser.parse_args()
    if args.peer:
        return time_peer(args.peer, args)
    threadx = args.threadx or program.release()
    columns = walk.columns(args.bars)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        index = pd.date_range("1970-01-01", periods=args.bars, freq="h")
        named = zip(["open", "high", "low", "close", "volume"], columns)
        pd.DataFrame({"timestamp": index.strftime("%Y-%m-%dT%H:%M:%SZ"), **dict(named)}).to_csv(file, index=False)
        file.flush()
        print(f"{args.bars} bars, ns per (bar x combination)")
        ways = {} if args.no_engine else engine(file.name)
        for threads in args.threads:
            peers = {peer: in_a_process(peer, args, threads) for peer in PEERS if peer != "vectorbt" or threads == 1}
            for name, (points, flags) in WORKLOADS.items():
                runs = [ours(threadx, file.name, flags, threads) for _ in range(RUNS)]
                evaluated = runs[0][1]
                assert evaluated == len(points), f"{evaluated} of {len(points)} combinations were run"
                mine = min(seconds for seconds, _ in runs) * 1e9 / args.bars / evaluated
                others = ways.get(name, {}) if threads == 1 else {}
                others = others | {peer: figures[name] for peer, figures in peers.items()}
                beside = [f"{other} {figure:.3g} ({figure / mine:.3g}x)" for other, figure in others.items()]
                print(f"{name} {threads} thread{'s' * (threads > 1)}: program {mine:.3f}  {'  '.join(beside)}", flush=True)


if __name__ == "__main__":
    main()
