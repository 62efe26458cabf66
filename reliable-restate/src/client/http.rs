//! Requests and their answers.

use std::time::Duration;

use reliable_runtime::durable::store_error::StoreError;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::Value;

#[derive(Default)]
pub(crate) struct Http(reqwest::Client);

/// What the server has said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Http {
    pub(crate) async fn post_json(&self, address: &str, body: &impl Serialize) -> Result<Answer, StoreError> {
        let request = self.0.post(address).header("accept", "application/json").json(body);
        send(request, address).await
    }

    pub(crate) async fn post_bytes(&self, address: &str, body: Vec<u8>) -> Result<Answer, StoreError> {
        let request = self.0.post(address).header("content-type", "application/octet-stream").body(body);
        send(request, address).await
    }

    pub(crate) async fn patch(&self, address: &str) -> Result<Answer, StoreError> {
        send(self.0.request(Method::PATCH, address), address).await
    }

    /// Waits for so long; `None` when nothing has come until then.
    pub(crate) async fn get_within(&self, address: &str, within: Duration) -> Result<Option<Answer>, StoreError> {
        let answer = tokio::time::timeout(within, send(self.0.get(address), address)).await;
        answer.ok().transpose()
    }
}

async fn send(request: RequestBuilder, address: &str) -> Result<Answer, StoreError> {
    let lost = |error: reqwest::Error| {
        let words = error.without_url();
        StoreError::new(format!("the Restate server does not answer at {address} ({words}): start it, and try again"))
    };
    let response = request.send().await.map_err(lost)?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(lost)?.to_vec();
    Ok(Answer { status, body })
}

impl Answer {
    pub(crate) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// An answer that says no is an error; `what` says of what.
    pub(crate) fn ok(self, what: &str) -> Result<Answer, StoreError> {
        if self.is_ok() {
            return Ok(self);
        }
        Err(StoreError::new(format!("{what}: {}", self.words())))
    }

    pub(crate) fn json(&self) -> Result<Value, StoreError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| StoreError::new(format!("what the Restate server says can't be read: {error}")))
    }

    /// What the server says of an error.
    pub(crate) fn words(&self) -> String {
        let message = self.json().ok().and_then(|json| json.get("message")?.as_str().map(str::to_owned));
        let words = message.unwrap_or_else(|| String::from_utf8_lossy(&self.body).into_owned());
        format!("{} ({})", words.chars().take(500).collect::<String>(), self.status)
    }
}
