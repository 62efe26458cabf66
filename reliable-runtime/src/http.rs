//! What an HTTP answer says about a retry: the rules of the official `OpenAI` and Anthropic SDKs.
//!
//! | item | rule |
//! |---|---|
//! | worth a retry | 408, 409, 429 and every status of 500 and above |
//! | not | every other one: 400, 401, 403, 404, 413, 422, 425, 499, … |
//! | `x-should-retry` | `true` or `false`, in lower case, beats the status |
//! | asked delay | `retry-after-ms` in milliseconds, else `retry-after` in seconds, else `retry-after` as a date |
//!
//! An exhausted quota is a 429 too, and no wait helps there: only the body of the answer tells it from a rate limit.
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
