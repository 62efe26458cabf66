//! `durare`, as it opens a file, and with commits that are on the disk when they are told.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use durare::{DurableContext, DurableEngine, SqliteProvider, WorkflowOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::{Runs, began, outcome};

pub const MODES: [(&str, SqliteSynchronous); 2] = [
    ("durare 0.5, as it is (power loss drops the last commits)", SqliteSynchronous::Normal),
    ("durare 0.5, `synchronous = FULL`", SqliteSynchronous::Full),
];

pub async fn engine(path: &Path, mode: SqliteSynchronous) -> Result<DurableEngine, Box<dyn Error>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(mode)
        .busy_timeout(Duration::from_secs(60));
    let pool = SqlitePoolOptions::new().max_connections(5).connect_with(options).await?;
    let mut engine = DurableEngine::new(Arc::new(SqliteProvider::from_pool(pool))).await?;
    engine.register("books", books);
    Ok(engine)
}

async fn books(context: DurableContext, calls: usize) -> Result<f64, durare::Error> {
    let began = began();
    for number in 0..calls {
        context.step("booked", || async move { Ok::<_, durare::Error>(outcome(number)) }).await?;
    }
    Ok(began.elapsed().as_secs_f64())
}

impl Runs for DurableEngine {
    async fn took(&self, name: &str, runs: usize, calls: usize) -> Result<Duration, Box<dyn Error>> {
        let began = began();
        let mut handles = Vec::new();
        for number in 0..runs {
            let options = WorkflowOptions::with_id(format!("{name}-{number}"));
            handles.push(self.start::<_, f64>("books", calls, options).await?);
        }
        let mut inside = 0.0_f64;
        for handle in handles {
            inside = inside.max(handle.result().await?);
        }
        // Alone it is measured inside: what a run costs is not what a call costs.
        Ok(if runs == 1 { Duration::from_secs_f64(inside) } else { began.elapsed() })
    }
}
