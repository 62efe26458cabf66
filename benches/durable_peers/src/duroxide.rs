//! `duroxide`, whose calls are named activities that workers take from a queue. It is asked to poll as often as it can.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use duroxide::providers::sqlite::SqliteProvider;
use duroxide::runtime::registry::ActivityRegistry;
use duroxide::runtime::{Runtime, RuntimeOptions};
use duroxide::{ActivityContext, Client, OrchestrationContext, OrchestrationRegistry, OrchestrationStatus};

use crate::{Runs, began, outcome};

pub const NAME: &str = "duroxide 0.1, polling each millisecond (power loss drops the last commits)";

pub struct Engine {
    client: Client,
    _runtime: Arc<Runtime>,
}

pub async fn engine(path: &Path) -> Result<Engine, Box<dyn Error>> {
    std::fs::File::create(path)?;
    let store = Arc::new(SqliteProvider::new(&format!("sqlite:{}", path.display()), None).await?);
    let booked = |_: ActivityContext, number: String| async move {
        Ok(outcome(number.parse().map_err(|error| format!("{error}"))?))
    };
    let activities = ActivityRegistry::builder().register("booked", booked).build();
    let books = |context: OrchestrationContext, calls: String| async move {
        for number in 0..calls.parse().map_err(|error| format!("{error}"))? {
            let number: usize = number;
            context.schedule_activity("booked", number.to_string()).await?;
        }
        Ok(calls)
    };
    let orchestrations = OrchestrationRegistry::builder().register("books", books).build();
    let options =
        RuntimeOptions { dispatcher_min_poll_interval: Duration::from_millis(1), ..RuntimeOptions::default() };
    let runtime = Runtime::start_with_options(store.clone(), activities, orchestrations, options).await;
    Ok(Engine { client: Client::new(store), _runtime: runtime })
}

impl Runs for Engine {
    async fn took(&self, name: &str, runs: usize, calls: usize) -> Result<Duration, Box<dyn Error>> {
        let began = began();
        for number in 0..runs {
            self.client.start_orchestration(format!("{name}-{number}"), "books", calls.to_string()).await?;
        }
        for number in 0..runs {
            let id = format!("{name}-{number}");
            match self.client.wait_for_orchestration(&id, Duration::from_secs(600)).await {
                Ok(OrchestrationStatus::Completed { .. }) => {}
                other => return Err(format!("{id}: {other:?}").into()),
            }
        }
        Ok(began.elapsed())
    }
}
