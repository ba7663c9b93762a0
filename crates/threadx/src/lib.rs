//! ThreadX: validated trading-research requests on a bounded pool of workers
