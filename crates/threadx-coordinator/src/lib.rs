//! A bounded pool of workers that never loses, blocks or leaks a task
