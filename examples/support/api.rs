//! The HTTP side of a tool, as you would write it in your own crate: a client, one error type, and what each error
//! means for a retry.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reliable::{Fault, FaultKind};
use reqwest::header::HeaderMap;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What can go wrong with a call to an HTTP API.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The server answered, but not with a success.
    #[error("the server said {status}{}", in_brackets(.code.as_deref()))]
    Status {
        status: StatusCode,
        /// What the body calls the error, in APIs that do: `model_not_found`.
        code: Option<String>,
        /// The server's own opinion: the header `x-should-retry`.
        should_retry: Option<bool>,
        /// How long the server asks us to wait.
        retry_after: Option<Duration>,
    },
    /// No answer, or only a part of it.
    #[error("no complete answer: {}", root_cause(.0))]
    Transport(#[source] reqwest::Error),
    /// An answer that is not what we expect.
    #[error("unexpected answer: {0}")]
    Answer(#[from] serde_json::Error),
    /// What `reliable` itself has to say: a timeout, a denial, a limit.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ApiError {
    /// Whether the same request may go well a little later. For `#[retry(when = ApiError::is_transient)]`.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            // Also a 429, but waiting does not help: somebody has to pay.
            ApiError::Status { code: Some(code), .. } if code == "insufficient_quota" => false,
            ApiError::Status { should_retry: Some(should_retry), .. } => *should_retry,
            ApiError::Status { status, .. } => matches!(status.as_u16(), 408 | 409 | 429 | 500..),
            // A request that can't even be built is our own mistake.
            ApiError::Transport(error) => !error.is_builder() && !error.is_redirect(),
            ApiError::Answer(_) => false,
            ApiError::Fault(fault) => fault.kind() == FaultKind::TimedOut,
        }
    }

    /// How long the server asks us to wait. For `#[retry(after = ApiError::retry_after)]`.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            ApiError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    async fn from_response(response: Response) -> ApiError {
        let status = response.status();
        let should_retry = match header(response.headers(), "x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let retry_after = asked_delay(response.headers());
        let body = response.bytes().await.unwrap_or_default();
        let code = serde_json::from_slice::<ErrorBody>(&body).ok().map(|body| body.error.code);
        ApiError::Status { status, code, should_retry, retry_after }
    }
}

impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> ApiError {
        ApiError::Transport(error.without_url())
    }
}

/// `{"error": {"code": "model_not_found"}}`
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorCode,
}

#[derive(Deserialize)]
struct ErrorCode {
    code: String,
}

/// A client that leaves two things to `reliable`. It never tries again by itself: two layers of retries multiply, and
/// only one of them is seen. And it has no time limit of its own: that is what `#[timeout]` is for.
pub(crate) fn client() -> ClientBuilder {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder().with_root_certificates(Arc::new(roots)).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).retry(reqwest::retry::never())
}

/// Sends a request, and reads the JSON of a good answer.
pub(crate) async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = request.send().await?;
    if !response.status().is_success() {
        return Err(ApiError::from_response(response).await);
    }
    let body = response.bytes().await?;
    Ok(serde_json::from_slice(&body)?)
}

/// The delay in the headers: in milliseconds, in seconds, or as a date.
pub(crate) fn asked_delay(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| header(headers, name)?.parse::<f64>().ok();
    let in_ms = number("retry-after-ms").and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
    let in_secs = || number("retry-after").and_then(|secs| Duration::try_from_secs_f64(secs).ok());
    let until_date = || {
        let date = httpdate::parse_http_date(header(headers, "retry-after")?).ok()?;
        date.duration_since(SystemTime::now()).ok()
    };
    in_ms.or_else(in_secs).or_else(until_date)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn in_brackets(text: Option<&str>) -> String {
    text.map(|text| format!(" ({text})")).unwrap_or_default()
}

/// The innermost error says what happened: "connection refused". The outer ones say where.
fn root_cause(error: &dyn Error) -> String {
    std::iter::successors(Some(error), |&error| error.source()).last().unwrap_or(error).to_string()
}
