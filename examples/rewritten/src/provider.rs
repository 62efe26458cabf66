//! A model provider with retries, failover and streams.
//!
//! By hand it is a chain of decorators around a trait with two methods for each kind of answer: one that retries, with a loop for
//! answers and another one for streams, which must know whether any words have come out; and one that goes to the next provider, with
//! counters and cooldowns in atomics (`retry.rs` and `failover.rs` of ironclaw, some 900 lines without their tests; another program
//! has the same loop four times, 1,200 lines). Here it is three lines above each kind of answer.

use std::time::Duration;

use futures_util::stream::BoxStream;
use reliable::{Fault, Transient, failover, retry, timeout};

use crate::wire::Model;

/// An answer as it comes.
pub type Words = BoxStream<'static, Result<&'static str, ProviderError>>;

/// What a provider says when it does not answer.
#[derive(Debug, thiserror::Error, Transient)]
pub enum ProviderError {
    #[error("429 too many requests")]
    #[transient(after = after)]
    Busy { after: Duration },
    #[error("503 service unavailable")]
    #[transient]
    Down,
    #[error("429 insufficient quota")]
    QuotaUsedUp,
    #[error("401 unauthorized")]
    Unauthorized,
    #[error("400 {0}")]
    BadRequest(&'static str),
    #[error("the connection was cut")]
    #[transient]
    Cut,
    #[error(transparent)]
    #[transient(forward)]
    Fault(#[from] Fault),
}

impl ProviderError {
    /// Not worth another try here, and worth one elsewhere: the next provider has a quota and a key of its own. What is wrong with
    /// the request is wrong everywhere.
    fn is_worth_another_provider(&self) -> bool {
        !matches!(self, ProviderError::BadRequest(_))
    }
}

pub struct Client {
    pub models: Vec<Model>,
}

impl Client {
    /// Words as they come. Until the first one is there each provider gets three attempts of 20 seconds, and then the next one its
    /// turn; what was said is not said again, so later there is only the limit for a gap: a stall becomes the last item.
    #[failover(model in self.models, key = model.name, when = ProviderError::is_worth_another_provider, stream)]
    #[retry(max = 2)]
    #[timeout(secs = 20, idle = "30s")]
    pub async fn stream(&self, prompt: &str) -> Result<Words, ProviderError> {
        model.stream(prompt).await
    }

    /// The whole answer at once; an empty one counts as none.
    #[failover(model in self.models, key = model.name, when = ProviderError::is_worth_another_provider)]
    #[retry(max = 2, when_ok = String::is_empty)]
    #[timeout(secs = 60)]
    pub async fn complete(&self, prompt: &str) -> Result<String, ProviderError> {
        model.complete(prompt).await
    }
}
