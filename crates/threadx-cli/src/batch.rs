//! `threadx batch`.

mod flight;
mod line;
mod reader;
mod results;

use std::{collections::BTreeMap, io::Write, path::Path, sync::mpsc};

use indicatif::{ProgressBar, ProgressStyle};
use threadx::{
    Error,
    controllers::{ThreadX, coordinator_config},
    engine::StrategyRegistry,
    error::log_failure,
    request::{RequestContext, Settings, Valid},
};

use self::{
    flight::{Bell, Flight},
    line::Line,
    results::Results,
};
use crate::{args::BatchArgs, exit_code::Exit, failure::Failure, input, interrupt::Interrupt};

/// What the threads around a batch tell it.
pub(crate) enum Message {
    /// The next line of the input, without its end.
    Line(Vec<u8>),
    /// The input is at its end.
    End,
    /// The input cannot be read.
    Unreadable(Error),
    /// The task of that line may have ended.
    Rung(u64),
    /// Ctrl-C was pressed.
    Interrupted,
}

/// Runs every request of a file and writes a line for each.
pub(crate) fn run(
    args: &BatchArgs,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut dyn Write,
) -> Result<(), Failure> {
    let source = input::any_source(&args.bars, settings)?;
    let services = input::services(source, settings, strategies)?;
    let context = input::context(&services)?;
    let results = match &args.out {
        Some(path) => Results::file(path, args.resume, args.force, !args.unordered)?,
        None => Results::to(stdout, !args.unordered),
    };
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let (sender, messages) = mpsc::channel();
    let told = sender.clone();
    interrupt.cancels(move || drop(told.send(Message::Interrupted)));
    let places = reader::start(&args.file, settings.queue_capacity, sender.clone())?;
    let batch = Batch {
        threadx: ThreadX::new(coordinator_config(settings)?, services)?,
        context,
        sender,
        places,
        flights: BTreeMap::new(),
        results,
        read: 0,
        done: 0,
        failed: 0,
        bar: ProgressBar::no_length().with_style(style()),
    };
    batch.run(&messages, args.out.as_deref())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {pos} requests ({per_sec}){msg}")
        .unwrap_or_else(|_template| ProgressStyle::default_spinner())
}

/// A batch on its way. At most as many lines as there are places are in flight or wait for their turn to be written.
struct Batch<'a> {
    threadx: ThreadX,
    context: RequestContext,
    sender: mpsc::Sender<Message>,
    /// Lets the reader go on by one line.
    places: mpsc::Sender<()>,
    flights: BTreeMap<u64, Flight>,
    results: Results<'a>,
    /// Lines read.
    read: u64,
    /// Lines whose result is known now, those of an earlier run left out.
    done: u64,
    failed: u64,
    bar: ProgressBar,
}

impl Batch<'_> {
    fn run(mut self, messages: &mpsc::Receiver<Message>, out: Option<&Path>) -> Result<(), Failure> {
        let mut ended = false;
        let mut interrupted = false;
        while !(ended || interrupted) || !self.flights.is_empty() {
            let message = match messages.try_recv() {
                Ok(message) => message,
                Err(_nothing_now) => {
                    self.results.flush()?;
                    match messages.recv() {
                        Ok(message) => message,
                        // This batch holds a sender.
                        Err(mpsc::RecvError) => break,
                    }
                }
            };
            match message {
                Message::Line(_) if interrupted => {}
                Message::Line(bytes) => self.start(&bytes)?,
                Message::End => ended = true,
                Message::Unreadable(error) => return Err(error.with_operation("batch").into()),
                Message::Rung(index) => self.look(index, interrupted)?,
                Message::Interrupted => {
                    interrupted = true;
                    for flight in self.flights.values() {
                        flight.cancel();
                    }
                }
            }
        }
        self.results.flush()?;
        self.bar.finish_and_clear();
        if interrupted {
            let how = match out {
                Some(path) => format!("--out {} --resume goes on", path.display()),
                None => "with --out FILE it can be resumed".to_owned(),
            };
            return Err(Failure::Interrupted(format!(
                "interrupted: {} results were written; {how}",
                self.results.written()
            )));
        }
        if self.failed > 0 {
            let told = writeln!(
                std::io::stderr(),
                "{} of {} requests failed; their lines say why",
                self.failed,
                self.done
            );
            // Without standard error the exit code still tells.
            drop(told);
            return Err(Failure::Told(Exit::SomeFailed));
        }
        Ok(())
    }

    /// Starts the request of a line, or writes at once why it cannot be.
    fn start(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let index = self.read;
        self.read += 1;
        let hash = blake3::hash(bytes);
        if let Some(before) = self.results.of_earlier(index) {
            if before != hash.to_hex().as_str() {
                return Err(Failure::from(Error::from(results::other_line(index))).hint(
                    "the file of results belongs to another batch; write to another file, or begin anew with --force",
                ));
            }
            self.release();
            return Ok(());
        }
        let (line, request) = Line::read(index, bytes, hash, &self.context);
        let bell = Bell::waker(index, &self.sender);
        match request.and_then(|request| Flight::start(request, line.clone(), &self.threadx, bell)) {
            Ok(flight) => {
                self.flights.insert(index, flight);
                self.look(index, false)
            }
            Err(error) => {
                let error = error.with_operation("batch");
                log_failure(&error);
                self.finish(index, &line.error(&error), true)
            }
        }
    }

    /// Writes the result of a task that has ended.
    fn look(&mut self, index: u64, interrupted: bool) -> Result<(), Failure> {
        let Some(flight) = self.flights.get_mut(&index) else {
            return Ok(());
        };
        let Some(ended) = flight.poll() else {
            return Ok(());
        };
        self.flights.remove(&index);
        let ended = ended?;
        if interrupted && ended.cancelled {
            // Not a result: the line is run when the batch is resumed.
            return Ok(());
        }
        self.finish(index, &ended.text, ended.failed)
    }

    fn finish(&mut self, index: u64, text: &str, failed: bool) -> Result<(), Failure> {
        self.done += 1;
        self.failed += u64::from(failed);
        self.bar.inc(1);
        if failed {
            self.bar.set_message(format!(", {} failed", self.failed));
        }
        for _written in 0..self.results.put(index, text)? {
            self.release();
        }
        Ok(())
    }

    fn release(&self) {
        match self.places.send(()) {
            // The reader is gone once the input is at its end.
            Ok(()) | Err(mpsc::SendError(())) => {}
        }
    }
}
