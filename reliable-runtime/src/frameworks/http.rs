//! What an HTTP answer says about a retry: the rules of the official `OpenAI` and Anthropic SDKs.
//!
//! | item | rule |
//! |---|---|
//! | worth a retry | 408, 409, 429 and every status of 500 and above |
//! | not | every other one: 400, 401, 403, 404, 413, 422, 425, 499, … |
//! | `x-should-retry` | `true` or `false`, in lower case, beats the status |
//! | asked delay | `retry-after-ms` in milliseconds, else `retry-after` in seconds, else `retry-after` as a date |
//!
//! ```
//! use http::{HeaderMap, StatusCode};
//! use reliable::{Transient, retry};
//! use std::time::{Duration, SystemTime};
//!
//! #[derive(Debug, Transient)]
//! enum ApiError {
//!     #[transient(after = retry_after)]
//!     Busy { retry_after: Option<Duration> },
//!     Refused(StatusCode),
//! }
//!
//! impl ApiError {
//!     fn new(status: StatusCode, headers: &HeaderMap) -> ApiError {
//!         if reliable::http::is_transient(status, headers) {
//!             ApiError::Busy { retry_after: reliable::http::retry_after(headers, SystemTime::now()) }
//!         } else {
//!             ApiError::Refused(status)
//!         }
//!     }
//! }
//!
//! let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, "2".parse().unwrap())]);
//! let busy = ApiError::new(StatusCode::TOO_MANY_REQUESTS, &headers);
//! assert!(busy.is_transient());
//! assert_eq!(busy.retry_after(), Some(Duration::from_secs(2)));
//! assert!(!ApiError::new(StatusCode::NOT_FOUND, &headers).is_transient());
//! ```
//!
//! The example `llm_client` is a whole client with such an error, which also sends the same idempotency key with every
//! attempt.
//!
//! # A quota is not a rate limit
//! An exhausted quota is often a 429 too, and no wait helps there: somebody has to pay. Only the body tells the two apart,
//! and every API has words of its own for it, which change. So this is for your own code, where the body is read anyway:
//!
//! | API | used up | try again |
//! |---|---|---|
//! | `OpenAI` | `error.type` is `insufficient_quota`; `error.code` says more | every other 429 |
//! | Anthropic | `error.details.error_code` is `enforced_spend_limit_reached`; or a 402 | every other 429; 529 `overloaded_error` |
//!
//! ```
//! use http::{HeaderMap, StatusCode};
//! use reliable::Transient;
//! use serde_json::Value;
//!
//! #[derive(Debug, Transient)]
//! enum ApiError {
//!     #[transient]
//!     Busy(StatusCode),
//!     OutOfQuota,
//!     Refused(StatusCode),
//! }
//!
//! impl ApiError {
//!     fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
//!         let body: Value = serde_json::from_slice(body).unwrap_or_default();
//!         let error = &body["error"];
//!         let quota = error["type"] == "insufficient_quota"
//!             || error["details"]["error_code"] == "enforced_spend_limit_reached";
//!         if quota {
//!             ApiError::OutOfQuota
//!         } else if reliable::http::is_transient(status, headers) {
//!             ApiError::Busy(status)
//!         } else {
//!             ApiError::Refused(status)
//!         }
//!     }
//! }
//!
//! let error = |body: &str| ApiError::new(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), body.as_bytes());
//! assert!(error(r#"{"error": {"type": "tokens", "code": "rate_limit_exceeded"}}"#).is_transient());
//! assert!(!error(r#"{"error": {"type": "insufficient_quota", "code": "credit_balance_exhausted"}}"#).is_transient());
//! # assert!(!error(r#"{"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}"#).is_transient());
//! # assert!(error("no JSON").is_transient());
//! ```
//!
//! # Set your SDK's own retries to 0
//! Layers of retries multiply. An SDK that retries 2 times, in a function with `#[retry(max = 3)]`, sends
//! (1 + 2) × (1 + 3) = 12 requests to a service that is down, and one more such layer makes it 36. Only your own layer
//! tells what it does, and keeps to a budget. So the others are told not to:
//!
//! | client, as of version | retries by itself | never again |
//! |---|---|---|
//! | `reqwest` 0.13.5 | at most 2 times what a server refused unseen (HTTP/2 has a sign for that) | `Client::builder().retry(reqwest::retry::never())` |
//! | `async-openai` 0.43.0 | at most 3 times a 429, a 5xx, a connection that can't be made | feature `middleware`, `client.with_http_service(ReqwestService::new(http))` |
//! | `rig-core` 0.46.0 | nothing | `OpenAIConfig::new(key).connect(ReqwestClient::from(http))` for a `reqwest` of yours |
//! | `genai` 0.7.2 | nothing | `Client::builder().with_reqwest(http)` for a `reqwest` of yours |
//!
//! `http` is a `reqwest::Client` as in the first row. The errors of `rig-core` (`provider_response_status` and
//! `provider_response_headers`) and of `genai` (`status` and `headers`) have what [`is_transient`] and [`retry_after`] ask
//! for; that of `async-openai` has the status, and the headers are lost. `OpenAI`'s and Anthropic's SDKs for other languages
//! retry twice, unless the client is made with `max_retries` (or `maxRetries`) 0.
//!
//! The same holds for the time limit of an attempt: it is [`Timeout`](crate::policies::timeout::Timeout)'s or the client's.
//! With both, the shorter one decides, and where that is the client's, the one above your function is never heard of. `reqwest`
//! has none, unless you set one.

use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, StatusCode};

/// Whether the same request may go well a little later.
///
/// ```
/// use http::{HeaderMap, StatusCode};
///
/// assert!(reliable::http::is_transient(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new()));
/// ```
pub fn is_transient(status: StatusCode, headers: &HeaderMap) -> bool {
    advised(headers).unwrap_or(matches!(status.as_u16(), 408 | 409 | 429 | 500..))
}

/// What the server itself says of a retry, whatever the status.
pub(crate) fn advised(headers: &HeaderMap) -> Option<bool> {
    match text(headers, "x-should-retry") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    }
}

/// The delay that the server asks for. `now` is what a date is counted from: [`SystemTime::now`].
///
/// The first header that can be read decides. What asks for no delay (zero, negative, past) or for none that there is
/// (infinite, not a number) is `None`.
///
/// ```
/// use http::HeaderMap;
/// use std::time::{Duration, SystemTime};
///
/// let headers = HeaderMap::from_iter([("retry-after".parse().unwrap(), "1.5".parse().unwrap())]);
/// assert_eq!(reliable::http::retry_after(&headers, SystemTime::now()), Some(Duration::from_millis(1500)));
/// ```
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let number = |name| text(headers, name)?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1000.0).or_else(|| number("retry-after"));
    let delay = match seconds {
        Some(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        None => httpdate::parse_http_date(text(headers, "retry-after")?).ok()?.duration_since(now).ok()?,
    };
    (!delay.is_zero()).then_some(delay)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
