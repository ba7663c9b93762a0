"""Bars that the timings in this folder run over: a random walk from a seed."""

import numpy as np


def columns(bars):
    """Open, high, low, close and volume of so many bars."""
    rng = np.random.default_rng(1)
    close = 100 * np.cumprod(1 + 0.003 * rng.standard_normal(bars) + 4.5e-6)
    opened = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opened, close) * (1 + 0.002 * rng.random(bars))
    low = np.minimum(opened, close) * (1 - 0.002 * rng.random(bars))
    return [opened, high, low, close, np.ones(bars)]
