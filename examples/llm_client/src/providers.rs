//! One prompt, several providers: the first that can answers, and who can't is left alone for a minute.

use reliable::failover;

use support::api::ApiError;

use crate::client::{Answer, ChatRequest, LlmClient};

/// The providers in the order in which they are asked.
pub(crate) struct Providers(pub(crate) Vec<LlmClient>);

impl Providers {
    /// Each provider has its own retries and its own time limit, as [`LlmClient::chat`] says. What is worth another provider
    /// is more than what is worth a retry: an exhausted quota, and a key that is not accepted.
    #[failover(provider in self.0, key = provider.base_url.as_str(), when = ApiError::is_theirs)]
    pub(crate) async fn chat(&self, request: &ChatRequest) -> Result<Answer, ApiError> {
        provider.chat(request).await
    }
}
