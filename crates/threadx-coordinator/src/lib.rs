//! A bounded pool of workers that never loses, blocks or leaks a task.
//!
//! A [`Coordinator`] runs [`Task`]s on a fixed number of threads, all with the same shared services.
//! It knows nothing of what they do: any type can be a job.
//!
//! ```
//! use std::time::Duration;
//! use threadx_coordinator::{Coordinator, CoordinatorConfig, Flow, Outcome, Shutdown, task_fn};
//! use threadx_error::CoordinatorError;
//!
//! let config = CoordinatorConfig::builder().workers(2).queue_capacity(100).build()?;
//! let pool = Coordinator::new(config, ())?;
//!
//! // A task, with a deadline and a callback.
//! let double = task_fn("double", |_: &(), context| {
//!     context.checkpoint()?; // stops here if it was cancelled
//!     Ok::<_, CoordinatorError>(Flow::Done(2 * 21))
//! });
//! let handle = pool
//!     .prepare(double)
//!     .timeout(Duration::from_secs(5))
//!     .callback(|result| assert_eq!(result.value(), Some(&42)))
//!     .submit()?;
//! assert_eq!(handle.wait()?.outcome, Outcome::Succeeded(42));
//!
//! // Everything is accounted for at every moment.
//! let state = pool.state();
//! assert_eq!(state.submitted, state.accounted());
//!
//! pool.shutdown(Shutdown::drain(Duration::from_secs(5))).wait()?;
//! assert_eq!(pool.state().callbacks_run, 1);
//! # Ok::<(), CoordinatorError>(())
//! ```
//!
//! # The contract
//!
//! The tests are those of `tests/it`; `machine::model`, `cell::loom` and
//! `pool::inbox::loom` are in the source.
//!
//! | promise | rule | shown by |
//! | --- | --- | --- |
//! | one path | every kind of task is submitted, queued, run and ended by the same code | `ends::tasks_of_every_kind_go_one_path` |
//! | bounded | at most `queue_capacity` tasks are queued. A full queue refuses [`try_submit`](Coordinator::try_submit) and gives the request back, lets [`submit`](Coordinator::submit) wait, and [`submit_timeout`](Coordinator::submit_timeout) wait a while; on a worker of the same pool none of them waits | `bounded::a_full_queue_refuses_and_gives_the_request_back`, `bounded::submit_timeout_gives_up_on_a_queue_that_stays_full`, `bounded::many_submitters_share_a_small_queue_and_lose_nothing`, `reentrancy::on_a_worker_a_full_queue_refuses_at_once` |
//! | registered before visible | a task is counted and registered before a worker can take it | `ends::a_finished_task_is_never_left_active`, `machine::model`, `pool::inbox::loom` |
//! | exactly one end | [`Outcome`]: one of five, decided once; whoever comes later changes nothing | `ends::each_outcome_is_counted_once_and_found_in_the_handle`, `machine::model`, `cell::loom` |
//! | handle | [`TaskHandle`]: status, progress, wait, cancel, and a future for any runtime. Dropping it cancels nothing. The result is stored once and handed out as that `Arc` | `handles::*` |
//! | cancel | a queued task ends at once, its place is free and its payload dropped outside any lock; a running one is told, and ends as cancelled whatever it returns (a panic is still a panic); an ended one stays as it is | `cancel::*`, `bounded::a_cancelled_task_frees_its_place_and_drops_its_payload_at_once`, `bounded::a_payload_is_dropped_outside_every_lock` |
//! | deadline | absolute, covers queue and run, says in which phase it passed. A task that ignores it for the grace is given up: its handle resolves, its thread is replaced, its late value dropped. At most `max_abandoned` threads are given up; then submissions are refused | `deadlines::*` |
//! | panic | caught with message and place, in tasks, parts, callbacks and destructors, wakers and log subscribers; the thread lives on. A panic while unwinding, a stack overflow and an abort end the process | `panics::*`, `handles::a_waker_that_panics_harms_nobody`, `traced::a_log_subscriber_that_panics_harms_nobody` |
//! | shared services | [`SingleFlight`]: one task computes, others wait with their own cancellation and deadline; the claim of a task that has ended passes on | `single_flight::*` |
//! | callback | on threads of their own, limited to `callback_timeout`; past it logged, counted, the thread replaced, the result unaffected. At `max_abandoned` hanging ones callbacks are skipped and counted, and tasks go on. A task with a callback takes one of `callback_capacity` places | `callbacks::*` |
//! | fan-out | [`Parts`]: at most `workers` of a task are outstanding, an ended one's successor goes to the back of the queue. They take no place in the queue and are no tasks. Cancellation, deadline, panic and progress hold for the whole | `fan_out::*` |
//! | events | [`Coordinator::subscribe`]: `Queued, Started, Progress*, <terminal>` in this order; a subscriber that is too slow gets [`Notice::Lagged`] and slows nobody | `events::*` |
//! | state | [`State`]: one consistent snapshot; `submitted = queued + running + Σ terminal` in each | `state::*`, `chaos::every_account_adds_up_after_chaos` |
//! | progress | the latest value only; never blocks the worker | `events::the_events_of_a_task_come_in_order_and_before_its_result`, `fan_out::progress_holds_for_the_whole` |
//! | traced | one span a task ([`task_span!`]), a child of the submitter's; a failed task is logged once | `traced::*` |
//! | reentrancy | a task may submit; waiting for an unfinished task on a worker of the same pool is refused with `WouldDeadlock`. A wait that goes through another thread is not detected | `reentrancy::*` |
//! | shutdown | [`Shutdown::Drain`] or [`Shutdown::Abort`]: bounded, idempotent, reported, from any thread; never joins a thread | `shutdown::*` |
//! | memory | nothing is kept of a task whose handle and events are gone | `memory::*` |
//! | determinism | results depend on neither workers nor order nor timing | `determinism::results_do_not_depend_on_workers_or_order` |
//!
//! # Bounds
//!
//! - Threads: at most `workers + callback_threads + 2 × max_abandoned + 1`.
//! - A handle with a deadline resolves within deadline and grace, whatever the task does.
//! - A shutdown ends within its deadline and the grace; if a log subscriber, a waker or a destructor of
//!   the caller's hangs as well, a second later.
//! - What hangs without a deadline holds its worker until the shutdown: give tasks deadlines.
//!
//! # Invariants
//!
//! - Every decision and every count is made by a state machine that knows no thread, clock or channel;
//!   it stands behind one lock, so a snapshot is one moment and a task is in exactly one place. Tasks
//!   that ask for nothing but a place are handed in beside that lock, as many as the machine has promised
//!   to take; whoever asks the machine anything that they could change takes them in first.
//! - No code of a caller's (task, callback, destructor, waker, subscriber) runs under a lock, but for
//!   the `Ord` of the keys of a [`SingleFlight`]. Nothing blocks under a lock.
//! - The supervisor runs no code of a caller's but log subscribers and wakers.
//! - Whoever sees a result finds the state, the events, the span and the log of the task complete.
//! - The crate knows nothing of markets, reads no file and no environment.
//!
//! # Checks
//!
//! `RUSTFLAGS="--cfg threadx_loom" LOOM_MAX_PREEMPTIONS=2 cargo test -p threadx-coordinator --lib --release loom`
//! walks through the interleavings of the terminal transition, the waker and the handing in;
//! `THREADX_CHAOS_SEEDS=200 cargo test -p threadx-coordinator --test it chaos` runs 200 seeds of chaos
//! with 1, 2 and 16 workers, and `THREADX_CHAOS_SEED=17` one of them again.

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
mod span;
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

/// The examples of the README are run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
