//! Events: in order, terminal last, and never in a worker's way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use threadx_coordinator::{Notice, Progress, Shutdown, Subscription, TaskId, What};

use crate::support::{config, occupy, pool, until_cancelled, watched, yields};

/// Everything that a subscription gets of one task until its coordinator is gone.
pub(crate) fn events_of(events: &mut Subscription, id: TaskId) -> Vec<What> {
    events
        .filter_map(|notice| match notice {
            Notice::Event(event) if event.id == id => Some(event.what),
            Notice::Event(_) => None,
            Notice::Lagged(lost) => panic!("{lost} events were lost"),
        })
        .collect()
}

#[test]
fn the_events_of_a_task_come_in_order_and_before_its_result() {
    watched(|| {
        let pool = pool(config());
        let events = pool.subscribe();
        let handle = pool.submit(yields(|context| {
            context.progress(1, 2);
            context.progress(2, 2);
        }));
        let handle = handle.unwrap();
        handle.wait().unwrap();
        assert_eq!(handle.progress().fraction(), Some(1.0));
        // Whoever has the result finds every event waiting.
        let mut got = Vec::new();
        while let Some(Notice::Event(event)) = events.try_recv() {
            assert_eq!((event.id, event.kind), (handle.id(), "yields"));
            got.push(event.what);
        }
        let progress = |what: &What| match what {
            What::Progress(Progress { done, total, .. }) => Some((*done, *total)),
            _ => None,
        };
        assert_eq!(
            got.iter().filter_map(progress).collect::<Vec<_>>(),
            [(1, 2), (2, 2)]
        );
        assert_eq!((&got[..2], got.len()), (&[What::Queued, What::Started][..], 5));
        assert_eq!(got.last(), Some(&What::Succeeded));
    });
}

#[test]
fn a_cancelled_task_has_its_terminal_event() {
    watched(|| {
        let pool = pool(config().workers(1));
        let gate = occupy(&pool);
        let mut events = pool.subscribe();
        let handle = pool.submit(until_cancelled()).unwrap();
        handle.cancel();
        gate.open();
        let id = handle.id();
        drop(pool);
        assert_eq!(events_of(&mut events, id), [What::Queued, What::Cancelled]);
    });
}

#[test]
fn a_subscriber_that_never_reads_loses_the_oldest_and_slows_nobody() {
    watched(|| {
        // The predecessor hung at 1,000 unread events.
        let pool = pool(config().event_capacity(4));
        let events = pool.subscribe();
        let tasks = 3000;
        for _ in 0..tasks {
            pool.submit(yields(|_| ())).unwrap().wait().unwrap();
        }
        let Some(Notice::Lagged(lost)) = events.try_recv() else {
            panic!("the subscriber lags");
        };
        let mut kept = 0;
        let mut last = None;
        while let Some(Notice::Event(event)) = events.try_recv() {
            kept += 1;
            last = Some(event.what);
        }
        assert_eq!((lost + kept, kept, last), (3 * tasks, 4, Some(What::Succeeded)));
    });
}

#[test]
fn every_subscriber_gets_every_task_in_order_under_load() {
    watched(|| {
        let pool = pool(config().workers(4).event_capacity(100_000));
        let subscriptions = [pool.subscribe(), pool.subscribe()];
        let submitters: Vec<_> = (0..3)
            .map(|_| {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || {
                    for number in 0..500 {
                        let handle = pool
                            .submit(yields(move |context| context.progress(1, 1)))
                            .unwrap();
                        if number % 7 == 0 {
                            handle.cancel();
                        }
                    }
                })
            })
            .collect();
        for submitter in submitters {
            submitter.join().unwrap();
        }
        pool.shutdown(Shutdown::drain(Duration::from_secs(3600)))
            .wait()
            .unwrap();
        for mut subscription in subscriptions {
            let mut by_task: BTreeMap<TaskId, Vec<What>> = BTreeMap::new();
            for notice in &mut subscription {
                let Notice::Event(event) = notice else {
                    panic!("nothing is lost");
                };
                by_task.entry(event.id).or_default().push(event.what);
            }
            assert_eq!(by_task.len(), 1500);
            for (id, what) in by_task {
                assert_eq!(what.first(), Some(&What::Queued), "{id}: {what:?}");
                let ends = what.iter().filter(|what| what.is_terminal()).count();
                assert!(
                    ends == 1 && what.last().is_some_and(What::is_terminal),
                    "{id}: {what:?}"
                );
                let started = what.iter().position(|what| *what == What::Started);
                assert!(started.is_none_or(|index| index == 1), "{id}: {what:?}");
            }
        }
    });
}

#[test]
fn what_waits_can_be_read_after_the_shutdown_and_then_it_ends() {
    watched(|| {
        let pool = pool(config());
        let events = pool.subscribe();
        pool.submit(yields(|_| ())).unwrap().wait().unwrap();
        pool.shutdown(Shutdown::Abort).wait().unwrap();
        assert!(events.is_closed());
        assert!(events.recv_timeout(Duration::ZERO).is_some());
        assert_eq!(events.count(), 2);
        assert_eq!(pool.subscribe().recv(), None);
    });
}

#[test]
fn a_subscriber_may_come_late_and_go_early() {
    watched(|| {
        let pool = pool(config());
        pool.submit(yields(|_| ())).unwrap().wait().unwrap();
        let late = pool.subscribe();
        drop(pool.subscribe());
        assert_eq!(late.try_recv(), None);
        pool.submit(yields(|_| ())).unwrap().wait().unwrap();
        drop(pool);
        assert_eq!(late.count(), 3);
    });
}
