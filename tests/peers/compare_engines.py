#!/usr/bin/env python3
"""Compares backtests of ThreadX with vectorbt and backtesting.py over random parameters and cuts of bars.

Needs the peers, which nothing else in the project does, so it is run by hand:

    python3 -m venv venv && venv/bin/pip install vectorbt==1.2.0 backtesting==0.6.6
    venv/bin/python tests/peers/compare_engines.py [--cases 600] [--seed 1] BARS.csv ...

A file has the columns timestamp, open, high, low, close, volume. For each case a window of a file is drawn, joined
to bars of one to four of its own, and saved; then a strategy, its parameters, direction, fill model, fee, slippage,
sizing and levels. Both sides run; every trade (bars, quantity, prices, fees, pnl, return) and the metrics that both
have must agree to 1e-9. What is drawn is what both sides define alike:

- vectorbt (`from_signals`, five cases in six) takes its entries and exits from its own indicators. Short sales are
  with `lock_cash`, so that they take as much as long ones. Levels are drawn with fills at the close only: vectorbt
  looks at them from the bar after an entry at the open, ThreadX from that bar on. A trailing stop takes the place of
  the fixed one. Levels are measured from the fill and slip like any other fill.
- backtesting.py fills at the next open, in whole units, with commission; no slippage, no levels.

A bar on which two averages, or the close and the middle band, are exactly equal (in integer arithmetic) is a tie:
rounding decides in vectorbt, whose own two engines differ there. Such cases are counted and passed over, as are those in
which ThreadX closes a position for want of equity, which vectorbt does not do. A case that differs is printed with the
command that repeats it.
"""

import argparse
import csv
import os
import random
import sys
import tempfile
import warnings
from datetime import datetime, timedelta, timezone
from decimal import Decimal

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
import program

NAMES = {60: "1m", 180: "3m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", 7200: "2h", 14400: "4h"}
NAMES |= {21600: "6h", 28800: "8h", 43200: "12h", 86400: "1d", 259200: "3d"}


class Bars:
    """Bars with their closes as whole ticks, on an even clock."""

    def __init__(self, rows, seconds):
        start = datetime(2001, 1, 1, tzinfo=timezone.utc)
        self.seconds = seconds
        self.time = [start + timedelta(seconds=seconds * i) for i in range(len(rows))]
        self.texts = rows
        self.open, self.high, self.low, self.close, self.volume = np.array(rows, dtype=float).T
        decimals = max(-Decimal(row[3]).as_tuple().exponent for row in rows)
        self.ticks = np.array([int(Decimal(row[3]).scaleb(max(decimals, 0))) for row in rows], dtype=object)
        self.sums = np.concatenate([[0], np.cumsum(self.ticks)])

    def window_sums(self, period):
        """Sums of the closes of the last `period` bars, exact; the first is that of bar period - 1."""
        return self.sums[period:] - self.sums[:-period]

    def write(self, path):
        with open(path, "w") as file:
            file.write("timestamp,open,high,low,close,volume\n")
            for time, row in zip(self.time, self.texts):
                file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ,") + ",".join(row) + "\n")

    def frame(self):
        columns = {"Open": self.open, "High": self.high, "Low": self.low, "Close": self.close, "Volume": self.volume}
        return pd.DataFrame(columns, index=pd.DatetimeIndex([t.replace(tzinfo=None) for t in self.time]))


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    stamps = [datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00")) for row in rows[:200]]
    spacing = min((b - a).total_seconds() for a, b in zip(stamps, stamps[1:]))
    return [[row[c] for c in ("open", "high", "low", "close", "volume")] for row in rows], int(spacing)


def cut(rng, rows, seconds):
    """A window of the rows, each few of them joined to one bar."""
    joined = rng.choice([n for n in (1, 1, 1, 2, 3, 4) if seconds * n in NAMES])
    bars = rng.randint(150, min(1500, len(rows) // joined))
    start = rng.randint(0, len(rows) - bars * joined)
    out = []
    for i in range(start, start + bars * joined, joined):
        part = rows[i : i + joined]
        high = max((row[1] for row in part), key=Decimal)
        low = min((row[2] for row in part), key=Decimal)
        out.append([part[0][0], high, low, part[-1][3], str(sum(Decimal(row[4]) for row in part))])
    return Bars(out, seconds * joined)


def draw(rng, peer):
    """A random request and its parameters."""
    request = {
        "fee_rate": rng.choice([0, 0.0005, 0.001, 0.002, round(rng.uniform(0, 0.01), 6)]),
        "portfolio_value": rng.choice([10_000, 100_000, 12_345.67]),
        "direction": rng.choice(["long", "short", "both"]),
    }
    if peer == "backtesting":
        request |= {"direction": rng.choice(["long", "both"]), "fill": "next_open", "whole_units": True}
    else:
        request["fill"] = rng.choice(["close", "next_open"])
        request["slippage_rate"] = rng.choice([0, 0, 0.0005, round(rng.uniform(0, 0.005), 6)])
        if request["direction"] == "long":
            request["sizing"] = rng.choice(["all_in", f"fraction={round(rng.uniform(0.05, 1), 3)}"])
        if request["fill"] == "close":
            levels = rng.random()
            if levels < 0.3:
                request["stop_loss"] = round(rng.uniform(0.002, 0.08), 4)
            elif levels < 0.6:
                request["trailing_stop"] = round(rng.uniform(0.002, 0.08), 4)
            if rng.random() < 0.5:
                request["take_profit"] = round(rng.uniform(0.002, 0.15), 4)
            if levels < 0.6 and rng.random() < 0.4:
                request["exit_on_signal"] = False
    if peer == "backtesting" or rng.random() < 0.5:
        fast = rng.randint(2, 30)
        return request | {"strategy": "ma_crossover"}, {"fast_period": fast, "slow_period": fast + rng.randint(1, 60)}
    params = {"period": rng.randint(5, 50), "std": round(rng.uniform(0.5, 3), 2)}
    return request | {"strategy": "bollinger_reversion"}, params


def tied(bars, request, params):
    """Whether rounding decides anywhere."""
    if request["strategy"] == "ma_crossover":
        fast, slow = params["fast_period"], params["slow_period"]
        fast_sums = bars.window_sums(fast)[slow - fast :]
        return bool(np.any(fast_sums * slow == bars.window_sums(slow) * fast))
    period = params["period"]
    return bool(np.any(bars.ticks[period - 1 :] * period == bars.window_sums(period)))


def finite(value):
    """A metric as far as it is one: over a loss or deviation of rounding noise it is not, nor without any."""
    return float(value) if value is not None and np.isfinite(value) and abs(value) < 1e9 else None


def vectorbt_run(bars, request, params):
    """Trades and metrics of vectorbt, by our names."""
    import vectorbt as vbt

    close = pd.Series(bars.close)
    if request["strategy"] == "ma_crossover":
        fast, slow = (vbt.MA.run(close, window=params[name]) for name in ("fast_period", "slow_period"))
        above, below = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
        signals = {"entries": above, "exits": below, "short_entries": below, "short_exits": above}
    else:
        bands = vbt.BBANDS.run(close, window=params["period"], alpha=params["std"])
        signals = {
            "entries": bands.close_crossed_below(bands.lower),
            "exits": bands.close_crossed_above(bands.middle),
            "short_entries": bands.close_crossed_above(bands.upper),
            "short_exits": bands.close_crossed_below(bands.middle),
        }
    signals = {name: np.asarray(values).ravel().astype(bool) for name, values in signals.items()}
    never = np.zeros(len(close), dtype=bool)
    if request["direction"] == "long":
        signals["short_entries"] = signals["short_exits"] = never
    if request["direction"] == "short":
        signals["entries"] = signals["exits"] = never
    if request.get("exit_on_signal") is False:
        signals["exits"] = signals["short_exits"] = never
    price = bars.close
    if request["fill"] == "next_open":
        price = bars.open
        signals = {name: np.concatenate([[False], values[:-1]]) for name, values in signals.items()}
    size, size_type = np.inf, "amount"
    if request.get("sizing", "all_in") != "all_in":
        size, size_type = float(request["sizing"].split("=")[1]), "percent"
    levels = {}
    if "trailing_stop" in request:
        levels = {"sl_stop": request["trailing_stop"], "sl_trail": True}
    elif "stop_loss" in request:
        levels = {"sl_stop": request["stop_loss"]}
    if "take_profit" in request:
        levels["tp_stop"] = request["take_profit"]
    if levels:
        levels |= {"stop_entry_price": "fillprice", "stop_exit_price": "stopmarket"}
    portfolio = vbt.Portfolio.from_signals(
        close,
        **signals,
        open=bars.open,
        high=bars.high,
        low=bars.low,
        price=price,
        size=size,
        size_type=size_type,
        lock_cash=True,
        upon_opposite_entry="reverse",
        fees=request["fee_rate"],
        slippage=request["slippage_rate"],
        init_cash=request["portfolio_value"],
        freq=pd.Timedelta(seconds=bars.seconds),
        **levels,
    )
    trades = [
        {
            "side": "long" if row["direction"] == 0 else "short",
            "entry_index": int(row["entry_idx"]),
            "exit_index": int(row["exit_idx"]) if row["status"] == 1 else None,
            "quantity": row["size"],
            "entry_price": row["entry_price"],
            "exit_price": row["exit_price"] if row["status"] == 1 else None,
            "fees": row["entry_fees"] + row["exit_fees"],
            "pnl": row["pnl"],
            "return": row["return"],
        }
        for row in portfolio.trades.records.to_dict("records")
    ]
    metrics = {
        "total_return": finite(portfolio.total_return()),
        "max_drawdown": finite(portfolio.max_drawdown()),
        "sharpe_ratio": finite(portfolio.sharpe_ratio()),
        "sortino_ratio": finite(portfolio.sortino_ratio()),
        "omega_ratio": finite(portfolio.omega_ratio()),
        "volatility": finite(portfolio.annualized_volatility()),
        "fees_paid": finite(portfolio.orders.fees.sum()),
    }
    if not trades:
        metrics = {name: metrics[name] for name in ("total_return", "max_drawdown", "fees_paid")}
    return trades, metrics


def crossings(bars, params):
    """Bars on which the fast average crosses above and below the slow one, in exact arithmetic."""
    fast, slow = params["fast_period"], params["slow_period"]
    gap = bars.window_sums(fast)[slow - fast :] * slow - bars.window_sums(slow) * fast
    above, below = np.zeros((2, len(bars.close)), dtype=bool)
    last = 0
    for bar, value in enumerate(gap, start=slow - 1):
        side = (value > 0) - (value < 0)
        above[bar], below[bar] = side > 0 > last, side < 0 < last
        last = side or last
    return above, below


def backtesting_run(bars, request, params):
    """Closed trades and metrics of backtesting.py, by our names."""
    import backtesting
    from backtesting import Backtest, Strategy

    backtesting.backtesting._tqdm = lambda iterable, **_: iterable
    above, below = crossings(bars, params)
    both = request["direction"] == "both"

    class Crossover(Strategy):
        def init(self):
            pass

        def next(self):
            bar = len(self.data) - 1
            if above[bar]:
                if not self.position.is_long:
                    self.buy()
            elif below[bar]:
                if both:
                    if not self.position.is_short:
                        self.sell()
                elif self.position:
                    self.position.close()

    test = Backtest(
        bars.frame(),
        Crossover,
        cash=request["portfolio_value"],
        commission=request["fee_rate"],
        exclusive_orders=True,
    )
    stats = test.run()
    trades = [
        {
            "side": "long" if row["Size"] > 0 else "short",
            "entry_index": row["EntryBar"],
            "exit_index": row["ExitBar"],
            "quantity": abs(row["Size"]),
            "entry_price": row["EntryPrice"],
            "exit_price": row["ExitPrice"],
            "fees": row["Commission"],
            "pnl": row["PnL"],
            "return": row["ReturnPct"],
        }
        for row in stats["_trades"].to_dict("records")
    ]
    start = request["portfolio_value"]
    metrics = {
        "total_return": stats["Equity Final [$]"] / start - 1,
        "max_drawdown": stats["Max. Drawdown [%]"] / 100,
    }
    return trades, metrics


def differences(ours, trades, metrics, closed_only):
    found = []
    rows = [t for t in ours["trades"] if t["exit_index"] is not None or not closed_only]
    if len(rows) != len(trades):
        found.append(f"trades: ours {len(rows)}, theirs {len(trades)}")
    for index, (o, t) in enumerate(zip(rows, trades)):
        value = t["quantity"] * t["entry_price"]
        scales = {"pnl": value, "return": 1.0}
        for name, theirs in t.items():
            if name == "side":
                differs = o[name] != theirs
            else:
                differs = program.differs(o[name], theirs, scales.get(name, 0.0))
            if differs:
                found.append(f"trade {index} {name}: ours {o[name]}, theirs {theirs}")
    for name, theirs in metrics.items():
        # Returns and drawdowns are differences to 1, the ratios are sums of such over their deviation.
        if program.differs(finite(ours["metrics"][name]), theirs, 0.0 if name == "fees_paid" else 1.0):
            found.append(f"{name}: ours {ours['metrics'][name]}, theirs {theirs}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="BARS.csv")
    parser.add_argument("--cases", type=int, default=600, help="cases to compare, those passed over not counted")
    parser.add_argument("--seed", type=int, default=1)
    program.add_option(parser)
    args = parser.parse_args()
    program_path = args.threadx or program.release()
    rng = random.Random(args.seed)
    files = {path: read(path) for path in args.files}
    counts = {"vectorbt": 0, "backtesting": 0}
    kinds = {}
    trades_compared = metrics_compared = ties = liquidated = idle = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "CUT.csv")
        while sum(counts.values()) < args.cases:
            name = rng.choice(sorted(files))
            bars = cut(rng, *files[name])
            peer = "backtesting" if rng.random() < 1 / 6 else "vectorbt"
            request, params = draw(rng, peer)
            if peer == "vectorbt" and tied(bars, request, params):
                ties += 1
                continue
            bars.write(path)
            span = {"token": "CUT", "timeframe": NAMES[bars.seconds]}
            ours = program.backtest(program_path, path, request | span, params)
            if any(trade["exit_reason"] == "liquidation" for trade in ours["trades"]):
                liquidated += 1
                continue
            theirs = (vectorbt_run if peer == "vectorbt" else backtesting_run)(bars, request, params)
            found = differences(ours, *theirs, closed_only=peer == "backtesting")
            counts[peer] += 1
            trades_compared += len(theirs[0])
            metrics_compared += len(theirs[1])
            idle += not theirs[0]
            for kind in ("stop_loss", "trailing_stop", "take_profit"):
                kinds[kind] = kinds.get(kind, 0) + (kind in request)
            for kind in ("direction", "fill"):
                kinds[request[kind]] = kinds.get(request[kind], 0) + 1
            if found:
                differing += 1
                kept = os.path.join(tempfile.gettempdir(), f"differs_{args.seed}_{sum(counts.values())}.csv")
                bars.write(kept)
                print(f"{peer}, {os.path.basename(name)}, {kept}: {request} {params}")
                for difference in found[:6]:
                    print(f"  {difference}")
    print(
        f"seed {args.seed}: {counts['vectorbt']} cases against vectorbt, {counts['backtesting']} against backtesting.py; "
        f"{trades_compared} trades and {metrics_compared} metrics compared; {differing} cases differ"
    )
    print("cases with " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    print(f"passed over: {ties} with an exact tie, {liquidated} with a liquidation; {idle} cases had no trade")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
