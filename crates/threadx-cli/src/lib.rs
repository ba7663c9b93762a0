//! The program threadx, as a library that takes a registry of strategies
