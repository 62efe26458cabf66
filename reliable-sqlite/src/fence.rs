//! Nobody writes to a run that is not its own any more.

use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::records::Status;
use rusqlite::{Connection, OptionalExtension};

use crate::trouble::Trouble;

/// A life of a run: whoever is at it writes with this, and a later life makes it void.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) run: String,
    pub(crate) key: i64,
    pub(crate) epoch: i64,
}

/// How a run stands, whoever is at it.
pub(crate) enum Standing {
    Open,
    Ended(String),
    Parked(Halt),
    Cancelled,
}

impl Standing {
    pub(crate) fn read(
        run: &str,
        status: &str,
        outcome: Option<String>,
        halt: Option<String>,
    ) -> Result<Self, Trouble> {
        let which = || format!("run `{run}` in the table `run`");
        match (status, outcome, halt) {
            ("open", ..) => Ok(Standing::Open),
            ("cancelled", ..) => Ok(Standing::Cancelled),
            ("ended", Some(outcome), _) => Ok(Standing::Ended(outcome)),
            ("parked", _, Some(halt)) => {
                serde_json::from_str(&halt).map(Standing::Parked).map_err(|error| Trouble::row(&which(), error))
            }
            _ => Err(Trouble::row(&which(), "its status and its outcome don't fit each other")),
        }
    }

    /// Whether it is over, for whoever wants to go on with it.
    pub(crate) fn stopped(&self, run: &str) -> Option<Halt> {
        match self {
            Standing::Open | Standing::Ended(_) => None,
            Standing::Parked(halt) => Some(halt.clone()),
            Standing::Cancelled => Some(Halt::cancelled(run)),
        }
    }

    pub(crate) fn status(self, is_running: bool) -> Status {
        match self {
            Standing::Open if is_running => Status::Running,
            Standing::Open => Status::Waiting,
            Standing::Ended(_) => Status::Ended,
            Standing::Parked(halt) => Status::Parked(halt),
            Standing::Cancelled => Status::Cancelled,
        }
    }
}

impl Life {
    /// Unless it is over, or another one has taken the run.
    pub(crate) fn goes_on(&self, connection: &Connection) -> Result<(), Trouble> {
        let sql = "SELECT status, outcome, halt, epoch FROM run WHERE key = ?";
        let found = connection
            .prepare_cached(sql)?
            .query_row([self.key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((status, outcome, halt, epoch)): Option<(String, _, _, i64)> = found else { return Err(self.gone()) };
        let standing = Standing::read(&self.run, &status, outcome, halt)?;
        match standing.stopped(&self.run) {
            Some(halt) => Err(halt.into()),
            None if epoch != self.epoch => Err(self.lost()),
            None => Ok(()),
        }
    }

    /// Nothing was written, since it is not to be.
    pub(crate) fn refused<T>(&self, connection: &Connection) -> Result<T, Trouble> {
        self.goes_on(connection)?;
        Err(self.lost())
    }

    fn lost(&self) -> Trouble {
        let message = format!(
            "run `{}` was taken over by another process, or another place of this one, while this one was at it, and nothing that it \
             does is recorded any more: wait for what it comes to with `outcome`",
            self.run
        );
        Halt::new(HaltKind::LeaseLost, message).into()
    }

    fn gone(&self) -> Trouble {
        let message = format!(
            "run `{}` was forgotten, and nothing that it does is recorded any more: begin it again, if it is to be done anew",
            self.run
        );
        Halt::new(HaltKind::LeaseLost, message).into()
    }
}
