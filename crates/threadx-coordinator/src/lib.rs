//! A bounded pool of workers that never loses, blocks or leaks a task.
//!
//! # Invariants

mod broadcast;
mod cell;
mod clock;
mod config;
mod context;
mod coordinator;
mod entry;
mod event;
mod handle;
mod log;
mod machine;
mod outcome;
mod panics;
mod parts;
mod pool;
mod progress;
mod role;
mod shutdown;
mod signals;
mod single_flight;
mod state;
mod submission;
mod submit_error;
mod sync;
mod task;
mod task_fn;

pub use broadcast::{Notice, Subscription};
pub use clock::{Alarm, Clock, SystemClock};
pub use config::{CoordinatorConfig, CoordinatorConfigBuilder};
pub use context::TaskContext;
pub use coordinator::Coordinator;
pub use event::{TaskEvent, What};
pub use handle::{Cancellation, TaskHandle};
pub use outcome::{Outcome, Panic, Phase, Status, TaskId, TaskResult};
pub use parts::Parts;
pub use progress::Progress;
pub use shutdown::{Shutdown, ShutdownHandle, ShutdownReport};
pub use single_flight::SingleFlight;
pub use state::State;
pub use submission::{HandleOf, Submission};
pub use submit_error::SubmitError;
pub use task::{Flow, Task, TaskFlow};
pub use task_fn::{FnTask, task_fn};

#[doc(hidden)]
pub use tracing as __tracing;
