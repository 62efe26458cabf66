//! The error type of the examples tells an exhausted quota from a rate limit, and says what the server said.

use reliable::Transient;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use support::api::ApiError;

fn answered(status: u16, body: &str) -> ApiError {
    let headers = HeaderMap::from_iter([(HeaderName::from_static("retry-after"), HeaderValue::from_static("1"))]);
    ApiError::new(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
}

#[test]
fn a_quota_that_is_used_up_is_not_worth_a_retry() {
    for (status, body) in [
        (429, r#"{"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}"#),
        (429, r#"{"error": {"type": "insufficient_quota", "code": "project_spend_limit_exceeded"}}"#),
        (429, r#"{"error": {"type": "insufficient_quota", "code": null}}"#),
        (429, r#"{"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}"#),
        (400, r#"{"error": {"type": "invalid_request_error", "code": "billing_hard_limit_reached"}}"#),
        (402, r#"{"error": {"type": "billing_error"}}"#),
    ] {
        let error = answered(status, body);
        assert!(matches!(error, ApiError::OutOfQuota(_)), "{body}: {error:?}");
        assert!(!error.is_transient() && error.retry_after().is_none(), "{body}: {error:?}");
    }
}

#[test]
fn a_rate_limit_and_an_overload_are_and_so_is_a_429_that_can_not_be_read() {
    for (status, body) in [
        (429, r#"{"error": {"type": "tokens", "code": "rate_limit_exceeded"}}"#),
        (429, r#"{"error": {"type": "rate_limit_error", "details": null}}"#),
        (429, r#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}"#),
        (429, r#"{"error": "insufficient_quota"}"#),
        (429, "insufficient_quota"),
        (429, ""),
        (529, r#"{"error": {"type": "overloaded_error"}}"#),
    ] {
        let error = answered(status, body);
        assert!(error.is_transient() && error.retry_after().is_some(), "{body}: {error:?}");
    }
}

#[test]
fn what_went_wrong_is_told_in_the_most_exact_word() {
    for (body, told) in [
        (r#"{"error": {"type": "invalid_request_error", "code": "model_not_found"}}"#, " (model_not_found)"),
        (r#"{"error": {"type": "not_found_error"}}"#, " (not_found_error)"),
        ("no such page", ""),
    ] {
        assert_eq!(answered(404, body).to_string(), format!("the server said 404 Not Found{told}"));
    }
}
