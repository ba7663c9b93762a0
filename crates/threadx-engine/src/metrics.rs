//! What is measured of a backtest.
