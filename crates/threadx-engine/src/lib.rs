//! Strategies, signals, fills, portfolio and metrics: pure and deterministic
