//! Controllers, shared services and the tasks that the coordinator runs
