//! A request that runs.

use std::{
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
};

use threadx::{
    Error,
    controllers::{Services, ThreadX},
    coordinator::{Outcome, Task, TaskHandle},
};

use super::{
    Message,
    line::{AnyRequest, Line},
};

/// A request that runs, and how its end is heard of.
pub(super) struct Flight {
    handle: Box<dyn Handle>,
    line: Line,
    waker: Waker,
}

/// How a request ended.
pub(super) struct Ended {
    /// Its line among the results.
    pub(super) text: String,
    pub(super) failed: bool,
    pub(super) cancelled: bool,
}

/// The handle of a task of any kind.
trait Handle {
    fn poll(&mut self, line: &Line, waker: &Waker) -> Poll<Result<Ended, Error>>;
    fn cancel(&self);
}

/// What a result looks like in its line.
type Form<T> = fn(&Line, &T) -> Result<String, Error>;

struct Under<T> {
    handle: TaskHandle<T, Error>,
    form: Form<T>,
}

impl<T: Send + Sync + 'static> Handle for Under<T> {
    fn poll(&mut self, line: &Line, waker: &Waker) -> Poll<Result<Ended, Error>> {
        let handle = Pin::new(&mut self.handle);
        Future::poll(handle, &mut Context::from_waker(waker)).map(|result| {
            let result = result?;
            Ok(match result.as_result() {
                Ok(value) => Ended {
                    text: (self.form)(line, value)?,
                    failed: false,
                    cancelled: false,
                },
                Err(error) => Ended {
                    text: line.error(&error),
                    failed: true,
                    cancelled: matches!(result.outcome, Outcome::Cancelled),
                },
            })
        })
    }

    fn cancel(&self) {
        self.handle.cancel();
    }
}

impl Flight {
    /// Hands the request to the coordinator; `bell` tells when to look at it.
    pub(super) fn start(
        request: AnyRequest,
        line: Line,
        threadx: &ThreadX,
        bell: Waker,
    ) -> Result<Self, Error> {
        fn submit<Q>(threadx: &ThreadX, request: Q, form: Form<Q::Output>) -> Result<Box<dyn Handle>, Error>
        where
            Q: Task<Services, Error = Error>,
        {
            let handle = threadx.submit(request).map_err(|refused| refused.reason)?;
            Ok(Box::new(Under { handle, form }))
        }
        // As the commands of these kinds print them.
        let handle = match request {
            AnyRequest::Backtest(request) => {
                submit(threadx, request, |line, report| line.ok(&report.document(false)))
            }
            AnyRequest::Indicators(request) => submit(threadx, request, Line::ok),
            AnyRequest::Sweep(request) => submit(threadx, *request, Line::ok),
            AnyRequest::Data(request) => submit(threadx, request, Line::ok),
        }?;
        Ok(Self {
            handle,
            line,
            waker: bell,
        })
    }

    /// How it ended; `None` if it has not yet, and its bell will ring.
    pub(super) fn poll(&mut self) -> Option<Result<Ended, Error>> {
        match self.handle.poll(&self.line, &self.waker) {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }

    pub(super) fn cancel(&self) {
        self.handle.cancel();
    }
}

/// Tells the batch that the task of a line may have ended.
pub(super) struct Bell {
    index: u64,
    messages: mpsc::Sender<Message>,
}

impl Bell {
    pub(super) fn waker(index: u64, messages: &mpsc::Sender<Message>) -> Waker {
        let messages = messages.clone();
        Waker::from(Arc::new(Self { index, messages }))
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        // Nobody listens any more once the batch has failed.
        drop(self.messages.send(Message::Rung(self.index)));
    }
}
