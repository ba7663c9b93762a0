//! Symbols, timeframes, UTC timestamps and columns of OHLCV bars
