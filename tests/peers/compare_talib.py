#!/usr/bin/env python3
"""Compares the indicators of ThreadX with TA-Lib, value by value, and times both.

Needs TA-Lib and NumPy, which nothing else in the project does, so it is run by hand:

    python3 -m venv venv && venv/bin/pip install TA-Lib==0.8.2 numpy
    venv/bin/python tests/peers/compare_talib.py [--rounds 200] [--seed 1] [bars.csv ...]
    venv/bin/python tests/peers/compare_talib.py --bench

Without files the bars are made up: a fine random walk, prices in quarters and in cents, flat runs, prices near
1e-8 and near 1e12. A file has the columns timestamp, open, high, low, close, volume. For each round and
each indicator parameters are drawn, both sides compute, and every value is compared:

    |a - b| <= 1e-9 max(|a|, |b|) + 1e-12 S

S is the natural scale: the largest input of the window for prices, the volume traded so far for sums of
volume, 100 for oscillators, and for the stochastic of the RSI what the tolerance of the RSI leaves. The first index with a value must be the same. Where a value differs by more,
the exact one is computed in rational arithmetic; the case passes if ours is the nearer, and it is listed.
The last lines are the worst case of each indicator, as a multiple of what is allowed, and the departures.
"""

import argparse
import csv
import ctypes
import itertools
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import isqrt

import numpy as np
import talib

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COLUMNS = ["open", "high", "low", "close", "volume"]
# Both sides are timed in turns, so that a busy machine slows both; a turn of TA-Lib has so many runs.
BENCH_TURNS, BENCH_RUNS = 3, 25


# --- bars -----------------------------------------------------------------------------------------------


def made_up(rng):
    """Named sets of bars that reach what real ones seldom do."""

    def walk(bars, step, tick=None, scale=1.0, flat=0.0):
        close = np.empty(bars)
        price = 100.0
        for i in range(bars):
            if rng.random() >= flat:
                price = max(1.0, price * (1.0 + step * (rng.random() - 0.5)))
            close[i] = price
        opened = np.concatenate([[close[0]], close[:-1]])
        still = np.array([rng.random() < flat for _ in range(bars)])
        reach = np.where(still, 0.0, np.array([rng.random() for _ in range(bars)]) * step * close * 0.5)
        high, low = np.maximum(opened, close) + reach, np.minimum(opened, close) - reach * rng.random()
        columns = [opened, high, low, close]
        if tick:
            columns = [np.maximum(np.round(c / tick), 1.0) * tick for c in columns]
            columns[1] = np.maximum.reduce(columns)
            columns[2] = np.minimum.reduce(columns)
        volume = np.where(still, 0.0, np.round(np.array([rng.random() for _ in range(bars)]) * 1e4) / 100)
        return dict(zip(COLUMNS, [c * scale for c in columns] + [volume]))

    return {
        "walk": walk(3000, 0.02),
        "quarters": walk(3000, 0.02, tick=0.25),
        "cents": walk(3000, 0.0008, tick=0.01),
        "flat runs": walk(3000, 0.02, tick=0.5, flat=0.7),
        "1e-8": walk(2000, 0.02, scale=2.0**-33),
        "1e12": walk(2000, 0.02, scale=2.0**33),
    }


def read_bars(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {c: np.array([float(row[c]) for row in rows]) for c in COLUMNS}


def write_bars(path, bars):
    start = datetime(2019, 1, 1, tzinfo=timezone.utc)
    with open(path, "w") as file:
        file.write("timestamp," + ",".join(COLUMNS) + "\n")
        for i, row in enumerate(zip(*(bars[c] for c in COLUMNS))):
            stamp = (start + timedelta(hours=i)).strftime("%Y-%m-%dT%H:%M:%SZ")
            file.write(stamp + "," + ",".join(repr(float(v)) for v in row) + "\n")


# --- the exact value at one bar, for indicators that depend on a window only ------------------------------


def fractions_of(values):
    return [Fraction(float(v)) for v in values]


def root(fraction):
    """The square root, to 60 digits."""
    digits = 10**60
    return Fraction(isqrt(fraction.numerator * digits * digits // fraction.denominator), digits)


def variance(window):
    mean = sum(window) / len(window)
    return sum((x - mean) ** 2 for x in window) / len(window)


def exact_window(bars, column, i, n):
    return fractions_of(bars[column][i - n + 1 : i + 1])


def typical(bars, i, n):
    columns = zip(*(fractions_of(bars[c][i - n + 1 : i + 1]) for c in ("high", "low", "close")))
    return [sum(row) / 3 for row in columns]


def exact_stddev(bars, i, p):
    return root(variance(exact_window(bars, "close", i, p["period"])))


def exact_band(sign):
    def band(bars, i, p):
        window = exact_window(bars, "close", i, p["period"])
        return sum(window) / len(window) + sign * Fraction(float(p["std"])) * root(variance(window))

    return band


def exact_slope(bars, i, p):
    window = exact_window(bars, "close", i, p["period"])
    n = len(window)
    return 12 * sum((Fraction(2 * j - n + 1, 2)) * x for j, x in enumerate(window)) / (n * (n * n - 1))


def exact_mean(bars, i, p):
    window = exact_window(bars, "close", i, p["period"])
    return sum(window) / len(window)


def exact_wma(bars, i, p):
    window = exact_window(bars, "close", i, p["period"])
    n = len(window)
    return sum((j + 1) * x for j, x in enumerate(window)) * 2 / (n * (n + 1))


def exact_cci(bars, i, p):
    window = typical(bars, i, p["period"])
    mean = sum(window) / len(window)
    deviation = sum(abs(x - mean) for x in window) / len(window)
    # What is no more than rounding is nothing, for both programs.
    rounding = Fraction(1, 10**14) * abs(mean)
    distance = window[-1] - mean
    if deviation <= rounding or abs(distance) <= rounding:
        return Fraction(0)
    return distance / (Fraction(15, 1000) * deviation)


def exact_mfi(bars, i, p):
    n = p["period"]
    # As both programs compute it the typical price is rounded; equal prices must stay equal.
    rounded = (bars["high"] + bars["low"] + bars["close"]) / 3.0
    volume = bars["volume"]
    up = down = Fraction(0)
    for j in range(i - n + 1, i + 1):
        flow = Fraction(float(rounded[j])) * Fraction(float(volume[j]))
        # What is no more than rounding is no change, for both programs.
        moved = abs(rounded[j] - rounded[j - 1]) > 1e-14 * (rounded[j] + rounded[j - 1])
        up += flow if moved and rounded[j] > rounded[j - 1] else 0
        down += flow if moved and rounded[j] < rounded[j - 1] else 0
    return 100 * up / (up + down) if up + down else Fraction(0)


def wilder(values, n):
    average = sum(values[:n]) / n
    for value in values[n:]:
        average += (value - average) / n
    return average


def long_double_rsi(prices, n):
    changes = np.diff(np.asarray(prices, dtype=np.longdouble))
    gain, loss = wilder(np.maximum(changes, 0), n), wilder(np.maximum(-changes, 0), n)
    return 100 * gain / (gain + loss) if gain + loss > 0 else np.longdouble(0)


def exact_rsi(bars, i, p):
    return Fraction(*long_double_rsi(bars["close"][: i + 1], p["period"]).as_integer_ratio())


def exact_directional(sign):
    def indicator(bars, i, p):
        n = p["period"]
        high, low, close = (np.asarray(bars[c][: i + 1], dtype=np.longdouble) for c in ("high", "low", "close"))
        up, down = np.diff(high), -np.diff(low)
        plus, minus = np.where((up > down) & (up > 0), up, 0), np.where((down > up) & (down > 0), down, 0)
        ranges = np.maximum.reduce([high[1:] - low[1:], abs(high[1:] - close[:-1]), abs(low[1:] - close[:-1])])

        def smoothed(values):
            total = sum(values[: n - 1])
            out = []
            for value in values[n - 1 :]:
                total = total - total / n + value
                out.append(total)
            return out

        tiny = np.longdouble(1e-300)
        rows = list(zip(smoothed(plus), smoothed(minus), smoothed(ranges)))
        if sign == "adx":
            ratios = [100 * abs(a - b) / (a + b) if a + b > tiny else np.longdouble(0) for a, b, _ in rows]
            return Fraction(*wilder(ratios, n).as_integer_ratio())
        a, b, r = rows[-1]
        value = (a if sign == "plus" else b) / r * 100 if r > tiny else np.longdouble(0)
        return Fraction(*value.as_integer_ratio())

    return indicator


# --- what is compared -------------------------------------------------------------------------------------


def price_scale(bars, n):
    """The largest price of the last n bars, at each bar."""
    return talib.MAX(bars["high"], n) if n >= 2 else bars["high"]


def prices(parameter="period"):
    return lambda bars, p: np.nan_to_num(price_scale(bars, p[parameter]), nan=bars["high"].max())


def slow_prices(bars, p):
    # An average without an end remembers all prices; the largest so far is its scale.
    return np.maximum.accumulate(bars["high"])


def hundred(bars, p):
    return np.full(len(bars["close"]), 100.0)


def one(bars, p):
    return np.full(len(bars["close"]), 1.0)


def rsi_range(smooth):
    """Two RSI values may each be off by 1e-12 * 100; that over their range is what the ratio may be off."""

    def scale(bars, p):
        rsi = talib.RSI(bars["close"], p["period"])
        n = p["fastk_period"]
        spread = talib.MAX(rsi, n) - talib.MIN(rsi, n) if n >= 2 else rsi * 0
        with np.errstate(divide="ignore"):
            # Where prices stand still so does the RSI, but for rounding: there is nothing to compare.
            scale = np.where(spread > 1e-9, 100 * np.maximum(1, 200 / spread), np.inf)
        count = p["fastd_period"] if smooth else 1
        return np.array([scale[max(0, i - count + 1) : i + 1].max() for i in range(len(scale))])

    return scale


def traded(bars, p):
    return np.maximum(np.cumsum(bars["volume"]), 1.0)


def period(low, high=300):
    return lambda rng: {"period": rng.choice([rng.randint(low, 30), rng.randint(low, high)])}


def two(name_a, name_b):
    def draw(rng):
        a = rng.randint(2, 60)
        return {name_a: a, name_b: rng.randint(a + 1, 150)}

    return draw


def draw_bbands(rng):
    return {"period": rng.randint(2, 200), "std": rng.choice([1.0, 2.0, 2.5, rng.random() * 4 + 0.1])}


def draw_stoch(rng):
    return {"fastk_period": rng.randint(1, 100), "slowk_period": rng.randint(1, 20), "slowd_period": rng.randint(1, 20)}


def draw_stochrsi(rng):
    return {"period": rng.randint(2, 60), "fastk_period": rng.randint(1, 60), "fastd_period": rng.randint(1, 20)}


def draw_macd(rng):
    return {**two("fast_period", "slow_period")(rng), "signal_period": rng.randint(2, 50)}


def draw_sar(rng):
    return {"acceleration": rng.choice([0.02, rng.random() * 0.3]), "maximum": rng.choice([0.2, rng.random()])}


def of_close(function):
    return lambda b, p: function(b["close"], p["period"])


def of_hlc(function):
    return lambda b, p: function(b["high"], b["low"], b["close"], p["period"])


def of_hlcv(b):
    return b["high"], b["low"], b["close"], b["volume"]


# name: (how parameters are drawn, TA-Lib's arrays, [(our output, scale, exact value or None)])
INDICATORS = {
    "sma": (period(2), of_close(talib.SMA), [("sma", prices(), exact_mean)]),
    "ema": (period(2), of_close(talib.EMA), [("ema", slow_prices, None)]),
    "wma": (period(2), of_close(talib.WMA), [("wma", prices(), exact_wma)]),
    "dema": (period(2, 100), of_close(talib.DEMA), [("dema", slow_prices, None)]),
    "tema": (period(2, 100), of_close(talib.TEMA), [("tema", slow_prices, None)]),
    "rsi": (period(2), of_close(talib.RSI), [("rsi", hundred, exact_rsi)]),
    "stoch": (
        draw_stoch,
        lambda b, p: talib.STOCH(
            b["high"], b["low"], b["close"], p["fastk_period"], p["slowk_period"], 0, p["slowd_period"], 0
        ),
        [("slowk", hundred, None), ("slowd", hundred, None)],
    ),
    "stochrsi": (
        draw_stochrsi,
        lambda b, p: talib.STOCHRSI(b["close"], p["period"], p["fastk_period"], p["fastd_period"], 0),
        [("fastk", rsi_range(False), None), ("fastd", rsi_range(True), None)],
    ),
    "macd": (
        draw_macd,
        lambda b, p: talib.MACD(b["close"], p["fast_period"], p["slow_period"], p["signal_period"]),
        [("macd", slow_prices, None), ("signal", slow_prices, None), ("histogram", slow_prices, None)],
    ),
    "roc": (period(1), of_close(talib.ROC), [("roc", hundred, None)]),
    "mom": (period(1), of_close(talib.MOM), [("mom", slow_prices, None)]),
    "cci": (period(2, 200), of_hlc(talib.CCI), [("cci", hundred, exact_cci)]),
    "willr": (period(2), of_hlc(talib.WILLR), [("willr", hundred, None)]),
    "mfi": (period(2), lambda b, p: talib.MFI(*of_hlcv(b), p["period"]), [("mfi", hundred, exact_mfi)]),
    "adx": (
        period(2),
        lambda b, p: [f(b["high"], b["low"], b["close"], p["period"]) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)],
        [
            ("adx", hundred, exact_directional("adx")),
            ("plus_di", hundred, exact_directional("plus")),
            ("minus_di", hundred, exact_directional("minus")),
        ],
    ),
    "aroon": (
        period(2),
        lambda b, p: talib.AROON(b["high"], b["low"], p["period"]),
        [("aroon_down", hundred, None), ("aroon_up", hundred, None)],
    ),
    "sar": (draw_sar, lambda b, p: talib.SAR(b["high"], b["low"], p["acceleration"], p["maximum"]), [("sar", slow_prices, None)]),
    "atr": (period(1), of_hlc(talib.ATR), [("atr", slow_prices, None)]),
    # Of period 1 TA-Lib returns the true range itself, not in percent.
    "natr": (period(2), of_hlc(talib.NATR), [("natr", hundred, None)]),
    "bbands": (
        draw_bbands,
        lambda b, p: talib.BBANDS(b["close"], p["period"], p["std"], p["std"], 0),
        [("upper", prices(), exact_band(1)), ("middle", prices(), exact_mean), ("lower", prices(), exact_band(-1))],
    ),
    "donchian": (
        period(2),
        lambda b, p: [talib.MAX(b["high"], p["period"]), None, talib.MIN(b["low"], p["period"])],
        [("upper", prices(), None), ("middle", prices(), None), ("lower", prices(), None)],
    ),
    "obv": (lambda rng: {}, lambda b, p: talib.OBV(b["close"], b["volume"]), [("obv", traded, None)]),
    "ad": (lambda rng: {}, lambda b, p: talib.AD(*of_hlcv(b)), [("ad", traded, None)]),
    "adosc": (
        two("fast_period", "slow_period"),
        lambda b, p: talib.ADOSC(*of_hlcv(b), p["fast_period"], p["slow_period"]),
        [("adosc", traded, None)],
    ),
    "stddev": (period(2), of_close(lambda x, n: talib.STDDEV(x, n, 1.0)), [("stddev", prices(), exact_stddev)]),
    "linearreg_slope": (period(2), of_close(talib.LINEARREG_SLOPE), [("linearreg_slope", prices(), exact_slope)]),
    "min": (period(2), of_close(talib.MIN), [("min", prices(), None)]),
    "max": (period(2), of_close(talib.MAX), [("max", prices(), None)]),
}


def ours(example, path, jobs):
    """For each job its outputs by name: (first index, values)."""
    text = "".join(f"{name} {' '.join(f'{k}={v!r}' for k, v in params.items())}\n" for name, params in jobs)
    done = subprocess.run([example, path], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    at = 0
    for name, _ in jobs:
        outputs = {}
        for output, _, _ in INDICATORS[name][2]:
            end = done.index(b"\n", at)
            line = done[at:end].decode()
            if line.startswith("error:"):
                sys.exit(line)
            found, label, first, count = line.split()
            assert (found, label) == (name, output), line
            at = end + 1 + 8 * int(count)
            outputs[output] = int(first), np.frombuffer(done[end + 1 : at], dtype="<f8")
        yield outputs


class Worst:
    """The worst agreement of one output."""

    def __init__(self):
        self.ratio, self.where, self.values, self.departures = 0.0, "", 0, []


def compare(bars, label, name, params, outputs, worst):
    theirs = INDICATORS[name][1](bars, params)
    theirs = [theirs] if isinstance(theirs, np.ndarray) else list(theirs)
    for (output, scale, exact), expect in zip(INDICATORS[name][2], theirs):
        if expect is None:
            continue
        record = worst.setdefault(f"{name}.{output}", Worst())
        first, got = outputs[output]
        valid = np.flatnonzero(~np.isnan(expect))
        expect_first = int(valid[0]) if len(valid) else len(expect)
        where = f"{label} {params}"
        if first != expect_first:
            sys.exit(f"{name}.{output} begins at {first}, TA-Lib's at {expect_first}: {where}")
        expect = expect[first:]
        record.values += len(got)
        allowed = 1e-9 * np.maximum(abs(got), abs(expect)) + 1e-12 * scale(bars, params)[first:]
        ratio = abs(got - expect) / allowed
        beyond = np.flatnonzero(~(ratio <= 1.0))
        within = np.delete(ratio, beyond)
        if len(within) and within.max() > record.ratio:
            record.ratio, record.where = float(within.max()), where
        for i in beyond[:: max(1, len(beyond) // 20)]:
            at = first + int(i)
            if exact is None:
                sys.exit(f"{name}.{output} at {at} is {got[i]!r}, TA-Lib's {expect[i]!r}: {where}")
            truth = exact(bars, at, params)
            our_error, their_error = abs(Fraction(float(got[i])) - truth), abs(Fraction(float(expect[i])) - truth)
            # Nearer than TA-Lib is not enough: ours must itself be within the tolerance of the exact value.
            if our_error > their_error or our_error > Fraction(float(allowed[i])):
                sys.exit(
                    f"{name}.{output} at {at} is {got[i]!r}, TA-Lib's {expect[i]!r}, exact {float(truth)!r}: {where}"
                )
            record.departures.append((where, at, float(got[i]), float(expect[i]), float(truth)))


def check(arguments):
    rng = random.Random(arguments.seed)
    sets = {os.path.basename(path): (path, read_bars(path)) for path in arguments.bars}
    with tempfile.TemporaryDirectory() as folder:
        if not sets:
            for number, (label, bars) in enumerate(made_up(rng).items()):
                path = os.path.join(folder, f"{number}.csv")
                write_bars(path, bars)
                sets[label] = path, bars
        example = build("compute", "example")
        worst = {}
        for label, (path, bars) in sets.items():
            for _ in range(0, arguments.rounds, 10):
                jobs = [(name, draw(rng)) for _ in range(10) for name, (draw, _, _) in INDICATORS.items()]
                for (name, params), outputs in zip(jobs, ours(example, path, jobs)):
                    compare(bars, label, name, params, outputs, worst)
    print(f"{'output':28}{'values':>12}  {'worst / allowed':>16}  departures of TA-Lib")
    for name, record in worst.items():
        print(f"{name:28}{record.values:12}  {record.ratio:16.3g}  {len(record.departures)}")
        for where, at, got, expect, truth in record.departures[:2]:
            print(f"    {where} at {at}: ours {got!r}, TA-Lib {expect!r}, exact {truth!r}")
    print(f"all agree: {sum(r.values for r in worst.values())} values of {len(sets)} sets of bars")


# --- time -------------------------------------------------------------------------------------------------


def c_function(name, inputs, options, outs):
    """A call of TA-Lib's C function into given memory."""
    # The extension module finds the functions of the library that it is linked with.
    function = getattr(ctypes.CDLL(talib._ta_lib.__file__), "TA_" + name)
    pointer = ctypes.POINTER(ctypes.c_double)
    columns = [column.ctypes.data_as(pointer) for column in inputs]
    options = [ctypes.c_double(x) if isinstance(x, float) else ctypes.c_int(x) for x in options]
    found = [ctypes.byref(ctypes.c_int()) for _ in range(2)]
    outs = [out.ctypes.data_as(pointer) for out in outs]

    def call():
        if function(0, len(inputs[0]) - 1, *columns, *options, *found, *outs) != 0:
            sys.exit(f"TA_{name} refused")

    return call


def run(calls, runs, bars):
    """Nanoseconds a bar of each run of all calls."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        for call in calls:
            call()
        times.append((time.perf_counter() - begin) * 1e9 / bars)
    return times


def bench(arguments):
    """Nanoseconds a bar of each indicator, both sides over the same bars, in turns."""
    n = 1_000_000
    rng = np.random.default_rng(arguments.seed)
    close = np.round(100 * np.cumprod(1 + 0.002 * (rng.random(n) - 0.5)), 2)
    high = close + np.round(rng.random(n) * 0.2, 2)
    low = close - np.round(rng.random(n) * 0.2, 2)
    volume = np.round(rng.random(n) * 1000, 3)
    b = {"open": close, "high": high, "low": low, "close": close, "volume": volume}
    hlc, hlcv = [high, low, close], [high, low, close, volume]
    # TA-Lib's functions that give the same outputs: name, inputs, options, number of outputs.
    cases = {
        "sma 20": [("SMA", [close], [20], 1)],
        "sma 50": [("SMA", [close], [50], 1)],
        "sma 200": [("SMA", [close], [200], 1)],
        "ema 20": [("EMA", [close], [20], 1)],
        "rsi 14": [("RSI", [close], [14], 1)],
        "atr 14": [("ATR", hlc, [14], 1)],
        "bbands 20": [("BBANDS", [close], [20, 2.0, 2.0, 0], 3)],
        "bbands 50": [("BBANDS", [close], [50, 2.0, 2.0, 0], 3)],
        "macd 12 26 9": [("MACD", [close], [12, 26, 9], 3)],
        "wma 20": [("WMA", [close], [20], 1)],
        "dema 20": [("DEMA", [close], [20], 1)],
        "tema 20": [("TEMA", [close], [20], 1)],
        "stoch 14 3 3": [("STOCH", hlc, [14, 3, 0, 3, 0], 2)],
        "stochrsi 14 14 3": [("STOCHRSI", [close], [14, 14, 3, 0], 2)],
        "roc 10": [("ROC", [close], [10], 1)],
        "mom 10": [("MOM", [close], [10], 1)],
        "cci 20": [("CCI", hlc, [20], 1)],
        "willr 14": [("WILLR", hlc, [14], 1)],
        "mfi 14": [("MFI", hlcv, [14], 1)],
        "adx 14": [("ADX", hlc, [14], 1), ("PLUS_DI", hlc, [14], 1), ("MINUS_DI", hlc, [14], 1)],
        "aroon 14": [("AROON", [high, low], [14], 2)],
        "sar": [("SAR", [high, low], [0.02, 0.2], 1)],
        "natr 14": [("NATR", hlc, [14], 1)],
        "donchian 20": [("MAX", [high], [20], 1), ("MIN", [low], [20], 1)],
        "obv": [("OBV", [close, volume], [], 1)],
        "ad": [("AD", hlcv, [], 1)],
        "adosc 3 10": [("ADOSC", hlcv, [3, 10], 1)],
        "stddev 20": [("STDDEV", [close], [20, 1.0], 1)],
        "linearreg_slope 14": [("LINEARREG_SLOPE", [close], [14], 1)],
        "min 20": [("MIN", [close], [20], 1)],
        "max 20": [("MAX", [close], [20], 1)],
    }
    program = build("w5", "bench")
    # name: the fastest run of each kind.
    ours, theirs = {}, {}

    def keep(record, name, kinds):
        record[name] = [min(pair) for pair in zip(record.get(name, [math.inf] * 2), kinds)]

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "columns.f64")
        with open(path, "wb") as file:
            for column in COLUMNS:
                file.write(struct.pack("<q", n))
                file.write(b[column].astype("<f8").tobytes())
        outs = [np.zeros(n) for _ in range(5)]
        for _ in range(BENCH_TURNS):
            for name, functions in cases.items():
                new = [lambda f=f: getattr(talib, f[0])(*f[1], *f[2]) for f in functions]
                ends = list(itertools.accumulate(count for *_, count in functions))
                given = [c_function(*f[:3], outs[end - f[3] : end]) for f, end in zip(functions, ends)]
                keep(theirs, name, [min(run(calls, BENCH_RUNS, n)) for calls in (new, given)])
            text = subprocess.run([program, path], stdout=subprocess.PIPE, check=True).stdout.decode()
            for line in text.splitlines():
                name, new, _, given, _ = line.rsplit(maxsplit=4)
                keep(ours, name, [float(new), float(given)])
    print(f"ns a bar, {n:,} bars, fastest run of {BENCH_TURNS} turns")
    print(f"{'':22}{'into new memory':^30}{'into given memory':^30}")
    print(f"{'indicator':22}" + f"{'ThreadX':>10}{'TA-Lib':>10}{'ratio':>10}" * 2)
    for name, times in ours.items():
        cells = (
            f"{mine:10.2f}{other:10.2f}{mine / other:10.2f}" if other else f"{mine:10.2f}{'':20}"
            for mine, other in zip(times, theirs.get(name, [None] * 2))
        )
        print(f"{name:22}" + "".join(cells))


def build(name, kind):
    """The path of an example or bench of the indicators, built for release."""
    command = ["cargo", "build", "--release", "--quiet", "-p", "threadx-indicators", f"--{kind}", name]
    command += ["--message-format", "json-render-diagnostics"]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True).stdout.decode()
    import json

    for line in done.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == name:
            return message["executable"]
    sys.exit(f"cargo built no {name}")


def main():
    parser = argparse.ArgumentParser(description="Compares the indicators with TA-Lib, or times both.")
    parser.add_argument("bars", nargs="*", help="CSV files; made-up bars if none is given")
    parser.add_argument("--rounds", type=int, default=100, help="parameter sets for each indicator and set of bars")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bench", action="store_true", help="time both sides instead")
    arguments = parser.parse_args()
    bench(arguments) if arguments.bench else check(arguments)


if __name__ == "__main__":
    main()
