//! Technical indicators: pure kernels over slices, their catalogue and parameters
