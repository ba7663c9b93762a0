#!/usr/bin/env python3
"""Prints what another implementation says of luck, for the tests of `threadx-engine` to agree with.

Needs holdout-backtest, which nothing else in the project does, so it is run by hand:

    python3 -m venv venv && venv/bin/pip install holdout-backtest==0.1.0
    venv/bin/python tests/peers/compare_luck.py

The returns are made by SplitMix64, trial by trial, as the tests make them. Each line of the first part is a seed,
numbers of trials and bars, a drift, the probability of backtest overfitting over 16 blocks, and the share of choices with a loss;
each of the second moments, trials, variance, the expected maximum and the deflated Sharpe ratio.
"""

import numpy as np
from holdout import deflated, pbo

MASK = (1 << 64) - 1


def split_mix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def returns(seed, trials, bars, drift):
    numbers = split_mix(seed)
    matrix = np.empty((bars, trials))
    for trial in range(trials):
        for bar in range(bars):
            uniform = (next(numbers) >> 11) * 2.0**-53
            matrix[bar, trial] = (uniform - 0.5) * 0.02 + drift * trial
    return matrix


for seed, trials, bars, drift in [(1, 20, 160, 0.0), (2, 7, 333, 0.0), (3, 12, 160, 0.0002), (4, 50, 800, 0.00001)]:
    matrix = returns(seed, trials, bars, drift)
    # The oldest bars that do not fill a block are left out.
    result = pbo.probability_of_backtest_overfitting(matrix[bars % 16 :], n_blocks=16)
    print(seed, trials, bars, drift, repr(result.pbo), repr(float(np.mean(result.out_of_sample < 0.0))))

for sharpe, skew, kurtosis, bars, trials, variance in [
    (0.1, -0.5, 4.0, 1000, 10, 0.001),
    (0.03, 0.7, 12.0, 8760, 4851, 0.0002),
    (0.02, 0.0, 3.0, 100_000, 3_000_000, 0.00001),
]:
    maximum = deflated.expected_maximum_sharpe(trials, variance)
    probability = deflated.deflated_sharpe_ratio(
        sharpe, bars, n_trials=trials, trials_variance=variance, skewness=skew, kurtosis=kurtosis
    )
    print(sharpe, skew, kurtosis, bars, trials, variance, repr(maximum), repr(probability))
