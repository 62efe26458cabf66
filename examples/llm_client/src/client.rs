//! A client for chat APIs in the manner of `OpenAI`, as you would write it in your own code base: one struct, and one
//! method with two attributes.

use std::time::Duration;

use reliable::{retry, timeout};
use serde::{Deserialize, Serialize};

use support::api::{self, ApiError};

/// It has no `Debug`, because that would show the key.
pub(crate) struct LlmClient {
    /// One that does not retry by itself: [`api::client`].
    pub(crate) http: reqwest::Client,
    /// Everything before `/chat/completions`.
    pub(crate) base_url: String,
    pub(crate) key: String,
    /// How long one attempt may take.
    pub(crate) limit: Duration,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChatRequest {
    pub(crate) model: &'static str,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) content: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) tokens: u64,
}

impl LlmClient {
    /// Asks the model: at most 4 times, and in the eyes of the server it is one request, because the key stays the same.
    ///
    /// What is worth a retry, and after which delay, is in [`ApiError`]. (`base` is for the scenes here: leave it out, and
    /// the pauses are those of the official SDKs.)
    #[retry(max = 3, base = "20ms", idempotency_key)]
    #[timeout(self.limit)]
    pub(crate) async fn chat(&self, request: &ChatRequest) -> Result<Answer, ApiError> {
        let post = self.http.post(format!("{}/chat/completions", self.base_url));
        let post = post.bearer_auth(&self.key).header("Idempotency-Key", idempotency_key.to_string());
        let Completion { choices: [Choice { message }], usage } = api::json(post.json(request)).await?;
        Ok(Answer { text: message.content, tokens: usage.total_tokens })
    }
}

/// `{"choices": [{"message": {…}}], "usage": {…}}`
#[derive(Deserialize)]
struct Completion {
    choices: [Choice; 1],
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Usage {
    total_tokens: u64,
}
