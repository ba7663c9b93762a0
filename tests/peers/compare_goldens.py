#!/usr/bin/env python3
"""Compares ThreadX with results of vectorbt and backtesting.py that were written down, trade by trade.

For results on bars whose licence keeps them out of this repository; those on bars that are in it are tests. Run by
hand, needs Python only. Each argument is a result and its bars, and a range of them if the result has one:

    tests/peers/compare_goldens.py RESULT.json=BARS.csv[@START,END] ...

A result is a list of vectorbt runs (W1: `ma_crossover`, W2: `bollinger_reversion`, W3: its entries with stops only,
W3b: both), a vectorbt sweep over moving averages, or one backtesting.py run of `SmaCross`. Runs whose bars have an exact
tie, on which rounding decides in vectorbt, are compared up to the first tie; combinations of a sweep with ties are
passed over; both are counted.
"""

import argparse
import csv
import json
import sys
from decimal import Decimal

import program

CALL = {"portfolio_value": 100, "fee_rate": 0.001, "fill": "close"}


class Tally:
    def __init__(self, program_path):
        self.program = program_path
        self.runs = self.trades = self.metrics = self.tied = 0
        self.differences = []

    def number(self, what, ours, theirs, scale=0.0):
        if program.differs(ours, theirs, scale):
            self.differences.append(f"{what}: ours {ours}, theirs {theirs}")

    def metric(self, what, ours, theirs, scale=0.0):
        self.metrics += 1
        self.number(what, ours, theirs, scale)


def vectorbt_call(run):
    given, workload = run["params"], run["workload"]
    if workload == "W1":
        return {"strategy": "ma_crossover"}, {"fast_period": given["fast"], "slow_period": given["slow"]}
    request = {"strategy": "bollinger_reversion"}
    if "sl" in given:
        request |= {"stop_loss": given["sl"], "take_profit": given["tp"]}
    if workload == "W3":
        request["exit_on_signal"] = False
    return request, {"period": given["period"], "std": given["std"]}


def first_tie(run, bars):
    """The first bar on which rounding decides in vectorbt; the number of bars if there is none."""
    none = run["bars"]
    if run["workload"] == "W1":
        return min(run["exact_arithmetic"]["tie_bars"], default=none)
    if run["workload"] == "W3":
        return none  # Takes no exit at the middle band.
    with open(bars, newline="") as file:
        close = [Decimal(row["close"]) for row in csv.DictReader(file)]
    period = run["params"]["period"]
    ends = range(period, len(close) + 1)
    return next((end - 1 for end in ends if sum(close[end - period : end]) == close[end - 1] * period), none)


def vectorbt_run(tally, run, bars, span):
    request, params = vectorbt_call(run)
    ours = program.backtest(tally.program, bars, CALL | request | span, params)
    what = f"{run['symbol']} {run['workload']} {run['params']}"
    rows = [dict(zip(run["trades"]["columns"], row)) for row in run["trades"]["rows"]]
    tie = first_tie(run, bars)
    tied = tie < run["bars"]
    tally.runs, tally.tied = tally.runs + 1, tally.tied + tied
    if not tied and len(rows) != len(ours["trades"]):
        tally.differences.append(f"{what}: ours {len(ours['trades'])} trades, theirs {len(rows)}")
    for index, (o, t) in enumerate(zip(ours["trades"], rows)):
        if t["exit_idx"] >= tie:
            break
        tally.trades += 1
        place = f"{what} trade {index}"
        closed = t["status"] == 1
        tally.number(f"{place} entry", o["entry_index"], t["entry_idx"])
        tally.number(f"{place} exit", o["exit_index"], t["exit_idx"] if closed else None)
        tally.number(f"{place} quantity", o["quantity"], t["size"])
        tally.number(f"{place} entry price", o["entry_price"], t["entry_price"])
        if closed:
            tally.number(f"{place} exit price", o["exit_price"], t["exit_price"])
        tally.number(f"{place} fees", o["fees"], t["entry_fees"] + t["exit_fees"])
        # A small difference of large numbers: its scale is the position's value.
        tally.number(f"{place} pnl", o["pnl"], t["pnl"], t["size"] * t["entry_price"])
        tally.number(f"{place} return", o["return"], t["return"], 1.0)
    if not tied:
        metrics = ours["metrics"]
        tally.metric(f"{what} final value", 100 * (1 + metrics["total_return"]), run["final_value"])
        for name in ("sharpe_ratio", "sortino_ratio", "omega_ratio", "max_drawdown"):
            tally.metric(f"{what} {name}", metrics[name], run[name])
        tally.metric(f"{what} volatility", metrics["volatility"], run["annualized_volatility"])


def vectorbt_sweep(tally, sweep, bars, span):
    for row in sweep["rows"]:
        row = dict(zip(sweep["columns"], row))
        if row["tie_bars"]:
            tally.tied += 1
            continue
        params = {"fast_period": row["fast"], "slow_period": row["slow"]}
        ours = program.backtest(tally.program, bars, CALL | {"strategy": "ma_crossover"} | span, params)
        what = f"{sweep['symbol']} {params}"
        tally.runs += 1
        metrics = ours["metrics"]
        tally.metric(f"{what} return", 1 + metrics["total_return"], 1 + row["total_return"])
        tally.metric(f"{what} sharpe", metrics["sharpe_ratio"], row["sharpe"])
        tally.metric(f"{what} drawdown", metrics["max_drawdown"], row["max_drawdown"])
        tally.metric(f"{what} trades", len(ours["trades"]), row["trades"])


def backtesting_py(tally, result, bars, span):
    request = {
        "strategy": "ma_crossover",
        "direction": "both",
        "fill": "next_open",
        "whole_units": True,
        "fee_rate": 0.002,
        "portfolio_value": 10_000,
    }
    ours = program.backtest(
        tally.program, bars, request | span, {"fast_period": 10, "slow_period": 20}, curves=True
    )
    what = f"{result['symbol']} SmaCross"
    rows = [dict(zip(result["trades"]["columns"], row)) for row in result["trades"]["rows"]]
    closed = [trade for trade in ours["trades"] if trade["exit_index"] is not None]
    tally.runs += 1
    tally.metric(f"{what} trades", len(closed), len(rows))
    for index, (o, t) in enumerate(zip(closed, rows)):
        tally.trades += 1
        place = f"{what} trade {index}"
        side = 1 if o["side"] == "long" else -1
        tally.number(f"{place} size", side * o["quantity"], t["Size"])
        for name, column in [("entry_index", "EntryBar"), ("exit_index", "ExitBar")]:
            tally.number(f"{place} {name}", o[name], t[column])
        for name, column in [("entry_price", "EntryPrice"), ("exit_price", "ExitPrice"), ("fees", "Commission")]:
            tally.number(f"{place} {name}", o[name], t[column])
        scale = o["quantity"] * o["entry_price"]
        tally.number(f"{place} pnl", o["pnl"], t["PnL"], scale)
        tally.number(f"{place} return", o["return"], t["ReturnPct"], 1.0)
    stats = result["stats"]
    tally.metric(f"{what} final equity", ours["equity"][-1], stats["Equity Final [$]"])
    tally.metric(f"{what} peak", max(ours["equity"]), stats["Equity Peak [$]"])
    tally.metric(f"{what} drawdown", 100 * ours["metrics"]["max_drawdown"], stats["Max. Drawdown [%]"])
    for bar, equity in result["equity"]["spread"]:
        tally.metric(f"{what} equity at bar {bar}", ours["equity"][bar], equity)
    tally.metric(f"{what} sum of equity", sum(ours["equity"]), result["equity"]["sum"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="RESULT=BARS[@START,END]")
    program.add_option(parser)
    args = parser.parse_args()
    program_path = args.threadx or program.release()
    failed = False
    for pair in args.pairs:
        name, _, bars = pair.partition("=")
        bars, _, span = bars.partition("@")
        dates = dict(zip(("start_date", "end_date"), span.split(","))) if span else {}
        with open(name) as file:
            result = json.load(file)
        runs = result if isinstance(result, list) else result.get("runs")
        tally = Tally(program_path)
        if runs is not None:
            for run in runs:
                vectorbt_run(tally, run, bars, dates)
        elif "rows" in result:
            vectorbt_sweep(tally, result, bars, dates)
        else:
            backtesting_py(tally, result, bars, dates)
        print(
            f"{name}: {tally.runs} runs, {tally.trades} trades, {tally.metrics} metrics, {tally.tied} with ties, "
            f"{len(tally.differences)} differences"
        )
        for difference in tally.differences[:20]:
            print(f"  {difference}")
        failed |= bool(tally.differences)
    sys.exit(failed)


if __name__ == "__main__":
    main()
