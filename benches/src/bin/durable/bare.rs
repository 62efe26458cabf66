//! What there would be without the library: the same row, committed with the same durability.

use std::error::Error;
use std::path::Path;

use rusqlite::{Connection, params};

pub struct Bare {
    connection: Connection,
    number: i64,
}

impl Bare {
    pub fn new(path: &Path) -> Result<Self, Box<dyn Error>> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE entry (key INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, tool TEXT NOT NULL,
                 number INTEGER NOT NULL, place INTEGER NOT NULL, arguments TEXT NOT NULL, outcome TEXT, unwritable TEXT, noted TEXT,
                 at TEXT NOT NULL, UNIQUE (run, kind, tool, number)) STRICT;",
        )?;
        Ok(Bare { connection, number: 0 })
    }

    /// One row, on the disk when it returns.
    pub fn commit(&mut self, arguments: &str, outcome: &str) -> rusqlite::Result<()> {
        self.number += 1;
        let sql = "INSERT INTO entry (run, kind, tool, number, place, arguments, outcome, at)
                   VALUES (1, 'call', 'measure::booked', ?, ?, ?, ?, '2026-11-26T16:32:33.123Z')";
        self.connection.prepare_cached(sql)?.execute(params![self.number, self.number, arguments, outcome])?;
        Ok(())
    }
}
