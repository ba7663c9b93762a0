//! Reading and writing bars: CSV, the dataset catalogue and the embedded sample
