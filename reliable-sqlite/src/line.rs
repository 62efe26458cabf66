//! What is read and written, in a line: all that waits goes into one transaction.
//!
//! The work is done by `spawn_blocking`, and not by a thread of its own: a paused clock goes on while nobody but such a thread
//! is at work, and its timers would fire.

use std::future::Future;
use std::mem::take;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, ready};

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::on_disk::OnDisk;
use crate::trouble::Trouble;

/// A connection, and who waits for it.
pub(crate) struct Line {
    connection: Mutex<Connection>,
    queue: Mutex<Queue>,
    begin: &'static str,
    on_disk: Option<OnDisk>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Box<dyn Job>>,
    /// Whether somebody is on the way to it.
    is_attended: bool,
}

/// Something to be done in a transaction that it shares with others.
trait Job: Send {
    /// It may be asked for again, if the transaction failed for another one's sake. Whether it was done.
    fn work(&mut self, connection: &Connection) -> bool;
    fn fail(&mut self, trouble: &Trouble);
    /// Nothing of the connection is locked here.
    fn tell(self: Box<Self>);
}

struct Asked<W, T, N> {
    work: W,
    done: Option<Result<T, Trouble>>,
    tell: N,
}

impl<W, T, N> Job for Asked<W, T, N>
where
    W: Fn(&Connection) -> Result<T, Trouble> + Send,
    T: Send,
    N: FnOnce(Result<T, Trouble>) + Send,
{
    fn work(&mut self, connection: &Connection) -> bool {
        let done = (self.work)(connection);
        let is_done = done.is_ok();
        self.done = Some(done);
        is_done
    }

    fn fail(&mut self, trouble: &Trouble) {
        if !matches!(self.done, Some(Err(_))) {
            self.done = Some(Err(trouble.clone()));
        }
    }

    fn tell(self: Box<Self>) {
        if let Some(done) = self.done {
            (self.tell)(done);
        }
    }
}

/// What came of it.
pub(crate) struct Told<T>(oneshot::Receiver<Result<T, Trouble>>);

impl<T> Future for Told<T> {
    type Output = Result<T, Trouble>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let told = ready!(Pin::new(&mut self.0).poll(cx));
        Poll::Ready(told.unwrap_or_else(|_| Err(Trouble::store("the store has stopped: run it again"))))
    }
}

impl Line {
    /// For those who write.
    pub(crate) fn of_writers(connection: Connection) -> Arc<Self> {
        Line::new(connection, "BEGIN IMMEDIATE")
    }

    /// For those who read.
    pub(crate) fn of_readers(connection: Connection) -> Arc<Self> {
        Line::new(connection, "BEGIN")
    }

    fn new(connection: Connection, begin: &'static str) -> Arc<Self> {
        let on_disk = OnDisk::of(&connection);
        Arc::new(Line { connection: Mutex::new(connection), queue: Mutex::default(), begin, on_disk })
    }

    /// Does this, at its turn. It is in the line when this returns, whether anybody waits for it or not.
    pub(crate) fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Told<T> {
        let (teller, told) = oneshot::channel();
        // Whoever has gone away need not hear of it.
        let tell = |done: Result<T, Trouble>| drop(teller.send(done));
        let is_attended = self.push(Box::new(Asked { work, done: None, tell }), true);
        if !is_attended {
            let attend = Attend(Arc::clone(self));
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || drop(attend))),
                Err(_) => drop(attend),
            }
        }
        Told(told)
    }

    /// Reads this on the spot, if nobody is at the connection: for what is known to take no more than microseconds. `None` if
    /// somebody is.
    pub(crate) fn at_once<T>(&self, read: impl FnOnce(&Connection) -> T) -> Option<T> {
        let connection = match self.connection.try_lock() {
            Ok(connection) => connection,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(read(&connection))
    }

    /// Does this now, with all that waits, and comes back when it is done: where nobody can wait for a future.
    pub(crate) fn now(
        &self,
        work: impl Fn(&Connection) -> Result<(), Trouble> + Send + 'static,
        tell: impl FnOnce(Result<(), Trouble>) + Send + 'static,
    ) {
        self.push(Box::new(Asked { work, done: None, tell }), false);
        // Somebody else may have taken it: then it is done when the connection is free.
        self.serve();
    }

    /// Does something to the connection, outside of any transaction.
    #[cfg(test)]
    pub(crate) fn outside(&self, work: impl FnOnce(&Connection)) {
        work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn push(&self, job: Box<dyn Job>, is_attended: bool) -> bool {
        let mut queue = self.queue();
        queue.waiting.push(job);
        let before = queue.is_attended;
        queue.is_attended |= is_attended;
        before
    }

    /// Does all that waits, until nothing does.
    fn attend(&self) {
        loop {
            self.serve();
            let mut queue = self.queue();
            if queue.waiting.is_empty() {
                queue.is_attended = false;
                return;
            }
        }
    }

    /// Does all that waits, in one transaction.
    fn serve(&self) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut jobs = take(&mut self.queue().waiting);
        if !jobs.is_empty() {
            match self.is_there() {
                Ok(()) => together(&connection, self.begin, &mut jobs),
                Err(trouble) => fail(&mut jobs, &trouble),
            }
        }
        drop(connection);
        for job in jobs {
            job.tell();
        }
    }

    /// Whether the file is. It takes some microseconds: little beside a commit, and too much for what is read at once.
    pub(crate) fn is_there(&self) -> Result<(), Trouble> {
        self.on_disk.as_ref().map_or(Ok(()), OnDisk::check)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// On its way to the line. It attends to it also where it is dropped on that way, by a runtime that ends.
struct Attend(Arc<Line>);

impl Drop for Attend {
    fn drop(&mut self) {
        self.0.attend();
    }
}

/// Does all of it, with one commit. What fails fails alone, but for the commit.
fn together(connection: &Connection, begin: &str, jobs: &mut [Box<dyn Job>]) {
    if let Err(error) = run(connection, begin) {
        return fail(jobs, &error.into());
    }
    if let [job] = jobs {
        return if job.work(connection) { commit(connection, jobs) } else { undo(connection) };
    }
    for at in 0..jobs.len() {
        if let Err(error) = alone(connection, &mut jobs[at]) {
            undo(connection);
            return fail(jobs, &error.into());
        }
        if connection.is_autocommit() {
            // The trouble was such that all were undone with it, as when the disk is full: each for itself.
            return jobs.chunks_mut(1).for_each(|job| together(connection, begin, job));
        }
    }
    commit(connection, jobs);
}

fn fail(jobs: &mut [Box<dyn Job>], trouble: &Trouble) {
    for job in jobs {
        job.fail(trouble);
    }
}

fn commit(connection: &Connection, jobs: &mut [Box<dyn Job>]) {
    if let Err(error) = run(connection, "COMMIT") {
        undo(connection);
        fail(jobs, &error.into());
    }
}

/// One of several: what it has done is undone if it fails.
fn alone(connection: &Connection, job: &mut Box<dyn Job>) -> rusqlite::Result<()> {
    run(connection, "SAVEPOINT job")?;
    if !job.work(connection) && !connection.is_autocommit() {
        run(connection, "ROLLBACK TO job")?;
    }
    if connection.is_autocommit() { Ok(()) } else { run(connection, "RELEASE job") }
}

fn undo(connection: &Connection) {
    if !connection.is_autocommit() {
        // If this fails, so does the next BEGIN, which tells.
        let _ = run(connection, "ROLLBACK");
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

#[cfg(test)]
mod tests;
