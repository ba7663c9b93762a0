//! The faults that this project began with, and the tests that show that they cannot come back.

/// A fault of the system that this one grew from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    /// Its name in the guide.
    pub(super) name: &'static str,
    /// What it was.
    pub(super) was: &'static str,
    /// Why it cannot be here.
    pub(super) here: &'static str,
    pub(super) shown_by: &'static [Named],
}

/// A test, by its package and its name without modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) package: &'static str,
    pub(super) test: &'static str,
}

const fn coordinator(test: &'static str) -> Named {
    let package = "threadx-coordinator";
    Named { package, test }
}

const fn request(test: &'static str) -> Named {
    let package = "threadx-request";
    Named { package, test }
}

const fn of(package: &'static str, test: &'static str) -> Named {
    Named { package, test }
}

/// Three of phase 1, four of phase 2.
pub(super) const SEVEN: &[Fault] = &[
    Fault {
        name: "Fix 1: racy state",
        was: "The queue's size was read beside the counts, so that a snapshot did not add up.",
        here: "One machine owns every count and changes them under one lock; a snapshot is one copy of them. In each, \
               submitted = queued + running + ended.",
        shown_by: &[
            coordinator("the_machine_agrees_with_the_model"),
            coordinator("the_sum_rule_holds_in_every_snapshot_under_load"),
            of("threadx-tests", "a_snapshot_that_does_not_add_up_is_seen"),
        ],
    },
    Fault {
        name: "Fix 2: deadlock in finalising",
        was: "A blocking put on a full event queue while holding the state lock: at 1,000 unread events everything hung.",
        here: "Nothing is sent and no caller's code runs under a lock. Events go to bounded buffers that lose the \
               oldest and say so; they never wait.",
        shown_by: &[
            coordinator("a_subscriber_that_never_reads_loses_the_oldest_and_slows_nobody"),
            coordinator("every_subscriber_gets_every_task_in_order_under_load"),
            coordinator("a_payload_is_dropped_outside_every_lock"),
        ],
    },
    Fault {
        name: "Fix 3: time zone",
        was: "Some paths used stamps without a zone, so that the machine's zone decided what they meant.",
        here: "One `Timestamp`, always UTC, and one parser; nothing reads the environment's zone.",
        shown_by: &[
            request("results_are_the_same_bytes_in_every_zone"),
            request("instants_are_those_of_utc"),
            of("threadx-market", "converts_offsets"),
        ],
    },
    Fault {
        name: "Bug 4: memory",
        was: "Engines, optimisers, indicator banks and managers were built anew for every task and kept.",
        here: "`Services` builds controllers, registries and caches once; every task borrows them. Nothing is kept of \
               a task once its handle is gone.",
        shown_by: &[
            coordinator("live_bytes_after_a_thousand_tasks_equal_those_after_a_hundred_thousand"),
            coordinator("cancelled_panicked_and_given_up_tasks_leave_nothing_behind"),
            of("threadx-tests", "each_target_that_is_missed_fails"),
        ],
    },
    Fault {
        name: "Bug 5: swallowed errors",
        was: "204 handlers caught everything and 151 did not raise; a strategy that failed was replaced by random trades.",
        here: "Every failure is a `Result` with a kind, a stable code and its context; the lints refuse a panic, an \
               ignored result and a swallowed error. A failure is logged once, where it ends its task.",
        shown_by: &[
            coordinator("each_outcome_is_counted_once_and_found_in_the_handle"),
            coordinator("a_failure_is_logged_once_in_the_task_s_span_before_the_result_is_seen"),
            of("threadx-error", "an_inner_layer_s_context_wins"),
            of("threadx-error", "causes_are_listed_once_and_not_in_the_text"),
        ],
    },
    Fault {
        name: "Bug 6: blocking callbacks",
        was: "A callback could hang its worker; the remedy in the guide leaked a thread per hung callback.",
        here: "Callbacks run on threads of their own, for 5 s unless set otherwise. One that hangs is logged, counted \
               and its thread replaced, at most `max_abandoned` times; then callbacks are skipped and counted.",
        shown_by: &[
            coordinator("a_callback_past_its_limit_is_logged_counted_and_its_thread_replaced"),
            coordinator("a_thousand_callbacks_that_never_return_hold_up_no_task"),
            coordinator("a_callback_may_submit_cancel_wait_and_shut_down"),
        ],
    },
    Fault {
        name: "Bug 7: no validation",
        was: "Reversed dates, negative money and the symbol `@@` passed; unknown keys were dropped.",
        here: "Controllers take `Valid` requests only, and only validation makes one: a request that was not validated \
               does not compile. Every broken rule is told at once, with its place.",
        shown_by: &[
            request("backtests_validate_or_are_told_why"),
            request("sweeps_validate_or_are_told_why"),
            request("indicator_requests_validate_or_are_told_why"),
            request("data_requests_validate_or_are_told_why"),
            request("everything_that_is_wrong_is_told_at_once"),
            request("unknown_fields_are_refused_with_the_nearest"),
        ],
    },
];

/// Faults of the same system that the guide does not name.
pub(super) const FOUND_SINCE: &[Fault] = &[
    Fault {
        name: "Tasks active for ever",
        was: "A task was registered after it was submitted: one that ended in between stayed active.",
        here: "A task is registered before a worker can see it, and one atomic transition decides its end.",
        shown_by: &[
            coordinator("a_finished_task_is_never_left_active"),
            of("threadx-coordinator", "a_key_never_names_a_later_tenant"),
        ],
    },
    Fault {
        name: "Cancellation without a trace",
        was: "A cancelled task had no event and no count.",
        here: "`Cancelled` is an end like any other: counted, told as an event and in the handle.",
        shown_by: &[
            coordinator("a_cancelled_task_has_its_terminal_event"),
            coordinator("a_queued_task_ends_at_once"),
        ],
    },
    Fault {
        name: "Shutdown without a bound",
        was: "Its timeout did not bound the wait, and it threw undelivered events away.",
        here: "The deadline is kept, a report says what became of every task, and what waits can still be read.",
        shown_by: &[
            coordinator("the_deadline_of_draining_is_kept_and_what_hangs_is_given_up"),
            coordinator("what_waits_can_be_read_after_the_shutdown_and_then_it_ends"),
        ],
    },
];

/// Every test that is named.
pub(super) fn named() -> impl Iterator<Item = &'static Named> {
    SEVEN.iter().chain(FOUND_SINCE).flat_map(|fault| fault.shown_by)
}
