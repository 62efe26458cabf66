//! The agent and its tools: ordinary functions, each with its plan for failure above it.

use reliable::{Charge, Fault, Run, Step, Usd, agent, circuit_breaker, fallback, requires_approval, retry, timeout};

use crate::world::{Reply, ServiceError, Task, World};

/// What can go wrong in a tool: the service's own errors, and what the library says itself.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ToolError {
    fn is_transient(&self) -> bool {
        match self {
            ToolError::Service(error) => error.is_transient(),
            ToolError::Fault(_) => true,
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            ToolError::Service(error) => error.retry_after(),
            ToolError::Fault(_) => None,
        }
    }
}

/// A flaky service: each attempt has a limit, a failed one is tried again, and when all is lost an old answer must do.
///
/// `jitter = 0` so that every tour takes the same time; leave it out in your own code.
#[fallback(yesterdays_forecast)]
#[retry(max = 3, backoff = "exp", jitter = 0, when = ToolError::is_transient, after = ToolError::retry_after)]
#[timeout(secs = 2)]
async fn forecast(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.weather.call(format!("sunny in {city}")).await?)
}

async fn yesterdays_forecast(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.archive.call(format!("cloudy in {city} (yesterday's forecast)")).await?)
}

/// A call that may hang: better no answer than an agent that waits for ever.
#[timeout(ms = 1500)]
async fn book_table(world: &World, restaurant: &str) -> Result<String, ToolError> {
    Ok(world.restaurant.call(format!("a table at {restaurant}")).await?)
}

/// A service that may be dead for hours: after three failures in a row it is left alone for half a minute, then probed.
#[circuit_breaker(world.hotel_breaker)]
async fn find_hotel(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.hotels.call(format!("a hotel in {city}")).await?)
}

/// It can't be taken back: so a human says yes first.
#[requires_approval(reason = "it leaves the house", show(to, body))]
async fn send_email(world: &World, to: &str, body: &str) -> Result<String, ToolError> {
    Ok(world.mail.call(format!("{body:?} went to {to}")).await?)
}

/// Every answer of the model costs money. What does not fit in the budget is refused before it is spent.
async fn ask_model(world: &World, task: &mut Task) -> Result<Reply, ToolError> {
    Run::current().charge(Charge::usd(world.price).tokens(700))?;
    Ok(task.next_reply().await)
}

/// One step of the agent: ask the model, do what it says. The attribute makes the loop, and ends it.
#[agent(max_steps = 8, max_usd = 0.10)]
pub async fn assistant(world: &World, task: &mut Task) -> Result<Step<String>, ToolError> {
    let seen = match ask_model(world, task).await? {
        Reply::Answer => return Ok(Step::Done(task.answer())),
        Reply::Forecast(city) => forecast(world, city).await,
        Reply::BookTable(restaurant) => book_table(world, restaurant).await,
        Reply::FindHotel(city) => find_hotel(world, city).await,
        Reply::SendEmail { to, body } => send_email(world, to, body).await,
        Reply::Wait(time) => {
            tokio::time::sleep(time).await;
            Ok(format!("{time:?} later"))
        }
    };
    // An error of a tool is no reason to stop: the model is told, and may find another way.
    task.tell(seen.unwrap_or_else(|error| error.to_string()));
    Ok(Step::Next)
}

/// What a model call costs in most scenes.
pub const CHEAP: Usd = Usd::cents(1);
