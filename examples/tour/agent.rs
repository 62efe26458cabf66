//! The agent and its tools: ordinary functions, each with its plan for failure above it.
//!
//! `#[chaos]` marks where the scenes inject their failures; without the feature `chaos` it is nothing at all.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::{Charge, Fault, Run, Step, Transient, agent, bulkhead, call_limit, chaos, circuit_breaker, failover};
use reliable::{fallback, hedge, policy, rate_limit, requires_approval, retry, time_left, timeout};
use serde::{Deserialize, Serialize};

use crate::world::{Reply, ServiceError, Task, World};

/// What can go wrong in a tool: the service's own errors, and what the library says itself.
#[derive(Debug, thiserror::Error, Transient, Serialize, Deserialize)]
pub enum ToolError {
    #[error(transparent)]
    #[transient(forward)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Transient for ServiceError {
    fn is_transient(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            ServiceError::Busy(delay) => Some(*delay),
            ServiceError::Down => None,
        }
    }
}

/// A flaky service: each attempt has a limit, a failed one is tried again, and when all is lost an old answer must do.
///
/// `jitter = 0` so that every tour takes the same time; leave it out in your own code.
#[fallback(yesterdays_forecast)]
#[retry(max = 3, backoff = "exp", jitter = 0)]
#[timeout(secs = 2)]
#[chaos]
async fn forecast(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("sunny in {city}")).await?)
}

async fn yesterdays_forecast(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("cloudy in {city} (yesterday's forecast)")).await?)
}

/// A call that may hang: better no answer than an agent that waits for ever.
#[timeout(ms = 1500)]
#[chaos]
async fn book_table(world: &World, restaurant: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("a table at {restaurant}")).await?)
}

/// A model behind an API that answers with nothing now and then, and a 200: that is no answer.
#[retry(max = 3, jitter = 0, when_ok = value.is_empty())]
async fn explain(world: &World, term: &str) -> Result<String, ToolError> {
    Ok(world.service.call(world.spoken(format!("{term} is simple"))).await?)
}

/// A search that takes what time it is given: so the server is told how much is left.
#[timeout(secs = 10, deadline)]
#[chaos]
async fn find_flights(world: &World, city: &str) -> Result<String, ToolError> {
    let waits = time_left().unwrap_or(Duration::from_secs(60));
    Ok(world.service.search(format!("flights to {city}"), waits).await?)
}

/// A service that may be dead for hours, or as good as dead: after three failures in a row, or answers that took longer than two
/// seconds, it is left alone for half a minute, then probed.
#[circuit_breaker(world.hotel_breaker)]
#[chaos]
async fn find_hotel(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("a hotel in {city}")).await?)
}

/// Quick, but for one call in a hundred: that one gets a second attempt beside it.
#[hedge(after = "300ms")]
#[chaos]
async fn translate(world: &World, words: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("{words}, in Norwegian")).await?)
}

/// Two providers: while the first is down, the second one answers, at once and without a call to the first.
#[failover(model in ["large", "small"], cooldown = "30s")]
#[chaos]
async fn summarize(world: &World, text: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("{text}, in short ({model} model)")).await?)
}

/// It comes word by word: cut before the first word, it is asked for again, and a hang between two of them has an end.
#[retry(max = 3, jitter = 0, stream)]
#[timeout(secs = 2, idle = "1s")]
#[chaos]
async fn narrate(world: &World, title: &str) -> Result<BoxStream<'static, Result<String, ToolError>>, ToolError> {
    let text = world.service.call(format!("once upon a time there was {title}")).await?;
    let words: Vec<_> = text.split(' ').map(|word| Ok(word.to_owned())).collect();
    Ok(stream::iter(words).boxed())
}

/// Half a story is better than none: what came of it is kept, whatever its end.
async fn tell_story(world: &World, title: &str) -> Result<String, ToolError> {
    let mut words = narrate(world, title).await?;
    let mut story = String::new();
    while let Some(next) = words.next().await {
        match next {
            Ok(heard) => story = format!("{story}{heard} "),
            Err(error) => return Ok(format!("{story}… ({error})")),
        }
    }
    Ok(story)
}

/// A small service with a quota: two calls at once, and four in a second.
#[bulkhead(max = 2)]
#[rate_limit(per_second = 4, burst = 2)]
async fn look_up(world: &World, term: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("what {term} means")).await?)
}

async fn look_up_four(world: &World, term: &str) -> Result<String, ToolError> {
    let call = || look_up(world, term);
    let (a, b, c, d) = tokio::join!(call(), call(), call(), call());
    let found = [a, b, c, d].into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{} times {}", found.len(), found[0]))
}

/// Paid by the call: a policy of our own has the last word. It is in `ration.rs`.
#[policy(&world.ration)]
async fn search_web(world: &World, words: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("pages about {words}")).await?)
}

/// A model that has lost its way calls it again and again: three times in one run are enough.
#[call_limit(max = 3)]
async fn read_page(world: &World, page: u32) -> Result<String, ToolError> {
    Ok(world.service.call(format!("page {page}")).await?)
}

/// It can't be taken back: so a human says yes first, and may put the words right. A yes may hold for all that goes to the same
/// address.
#[requires_approval(reason = "it leaves the house", show(to, body), edit(body), remember(to))]
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
    let reply = ask_model(world, task).await?;
    let seen = match reply {
        Reply::Answer => return Ok(Step::Done(task.answer())),
        Reply::Forecast(city) => forecast(world, city).await,
        Reply::BookTable(restaurant) => book_table(world, restaurant).await,
        Reply::Explain(term) => explain(world, term).await,
        Reply::FindFlights(city) => find_flights(world, city).await,
        Reply::FindHotel(city) => find_hotel(world, city).await,
        Reply::Translate(words) => translate(world, words).await,
        Reply::Summarize(text) => summarize(world, text).await,
        Reply::TellStory(title) => tell_story(world, title).await,
        Reply::LookUpFour(term) => look_up_four(world, term).await,
        Reply::SearchWeb(words) => search_web(world, words).await,
        Reply::ReadPage(page) => read_page(world, page).await,
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
