//! The HTTP side of a tool, as you would write it in your own crate: a client, one error type, and what each error
//! means for a retry.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reliable::{Fault, Transient, http};
use reqwest::header::HeaderMap;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode};
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What can go wrong with a call to an HTTP API. The marks say what is worth a retry, and every `#[retry]` obeys.
#[derive(Debug, thiserror::Error, Transient)]
pub enum ApiError {
    /// The server can't answer now, and may say when it can.
    #[error("the server said {said}")]
    #[transient(after = retry_after)]
    Busy { said: Said, retry_after: Option<Duration> },
    /// The server will not answer this request, however often it is sent.
    #[error("the server said {0}")]
    Refused(Said),
    /// There is nothing left to spend. Often a 429 as well, but no waiting helps: somebody has to pay.
    #[error("the quota is used up: the server said {0}")]
    OutOfQuota(Said),
    /// No answer, or only a part of it.
    #[error("no complete answer: {}", root_cause(.0))]
    #[transient(forward)]
    Transport(#[source] reqwest::Error),
    /// An answer that is not what we expect.
    #[error("unexpected answer: {0}")]
    Answer(#[from] serde_json::Error),
    /// What `reliable` itself has to say: a timeout, a denial, a limit.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ApiError {
    /// Reads an answer that is not a success.
    pub fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let words = words(&body);
        let said = Said::new(status, &words, message(&body));
        if words.into_iter().any(is_about_money) {
            ApiError::OutOfQuota(said)
        } else if http::is_transient(status, headers) {
            ApiError::Busy { said, retry_after: http::retry_after(headers, SystemTime::now()) }
        } else {
            ApiError::Refused(said)
        }
    }

    /// Whether another provider may have an answer all the same: this one is busy, out of reach, unpaid, or does not know us.
    /// What is wrong with the request itself is wrong everywhere.
    pub fn is_theirs(&self) -> bool {
        match self {
            ApiError::OutOfQuota(_) | ApiError::Answer(_) => true,
            ApiError::Refused(said) => matches!(said.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
            _ => self.is_transient(),
        }
    }

    async fn from_response(response: Response) -> ApiError {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_default();
        ApiError::new(status, &headers, &body)
    }
}

impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> ApiError {
        ApiError::Transport(error.without_url())
    }
}

/// What the server answered, instead of a success. A person reads it and so does a model: which limit it was, which window,
/// which field.
#[derive(Debug)]
pub struct Said {
    status: StatusCode,
    /// What the body calls it, in APIs that do: `model_not_found`.
    word: Option<String>,
    /// How the body explains it.
    message: Option<String>,
}

impl Said {
    /// The most letters that are told of what a server says, who may say anything.
    const LONGEST_WORD: usize = 64;
    const LONGEST_MESSAGE: usize = 300;

    fn new(status: StatusCode, words: &[&str], message: Option<&str>) -> Said {
        // Some servers write the status there, which is told already.
        let tells_more = |word: &&&str| is_name(word) && **word != status.as_str();
        Said {
            status,
            word: words.iter().find(tells_more).map(|&word| word.to_owned()),
            message: message.map(|message| cut(message.trim(), Said::LONGEST_MESSAGE)).filter(|it| !it.is_empty()),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(word) = &self.word {
            write!(f, " ({word})")?;
        }
        // In quotes and escaped: so nobody takes the words of a stranger for ours, and no terminal obeys them.
        self.message.as_ref().map_or(Ok(()), |message| write!(f, ": {message:?}"))
    }
}

/// Letters, digits and what joins them: a name, and nothing that could pretend to be a sentence of ours.
fn is_name(word: &str) -> bool {
    let is_part_of_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (1..=Said::LONGEST_WORD).contains(&word.len()) && word.chars().all(is_part_of_it)
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// How the body explains the error: `OpenAI`, Anthropic and Google in its `message`, Ollama in place of it, others beside
/// it.
fn message(body: &Value) -> Option<&str> {
    let places = [&body["error"]["message"], &body["error"], &body["message"], &body["detail"]];
    places.into_iter().find_map(Value::as_str)
}

/// What the body calls the error, the most exact word first: `OpenAI` has a code and a type, Anthropic a type and
/// sometimes details, Google a status.
fn words(body: &Value) -> Vec<&str> {
    let error = &body["error"];
    let places = [&error["details"]["error_code"], &error["code"], &error["type"], &error["status"]];
    places.into_iter().filter_map(Value::as_str).collect()
}

/// The words of `OpenAI` (the first two) and of Anthropic for a quota that is used up.
fn is_about_money(word: &str) -> bool {
    matches!(
        word,
        "insufficient_quota" | "billing_hard_limit_reached" | "enforced_spend_limit_reached" | "billing_error"
    )
}

/// A client that leaves two things to `reliable`. It never tries again by itself: two layers of retries multiply, and
/// only one of them is seen. And it has no time limit of its own: that is what `#[timeout]` is for.
pub fn client() -> ClientBuilder {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder().with_root_certificates(Arc::new(roots)).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).retry(reqwest::retry::never())
}

/// Sends a request, and reads the JSON of a good answer.
///
/// # Errors
/// Each kind of [`ApiError`] but a fault.
pub async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = request.send().await?;
    if !response.status().is_success() {
        return Err(ApiError::from_response(response).await);
    }
    let body = response.bytes().await?;
    Ok(serde_json::from_slice(&body)?)
}

/// The innermost error says what happened: "connection refused". The outer ones say where.
fn root_cause(error: &dyn Error) -> String {
    std::iter::successors(Some(error), |&error| error.source()).last().unwrap_or(error).to_string()
}
