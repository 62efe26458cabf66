//! The example `http_tools` ends well, and its error type reads servers as the official SDKs do.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

#[path = "../examples/support/api.rs"]
#[expect(dead_code, reason = "nothing is sent here")]
mod api;

use api::ApiError;

/// Next to `target/debug/deps/http_tools-…` lies `target/debug/examples/http_tools`.
fn example() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("http_tools{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        // `cargo test` builds the examples; `cargo test --test http_tools` alone does not.
        let built = Command::new(env!("CARGO")).args(["build", "--example", "http_tools"]).status().unwrap();
        assert!(built.success() && path.exists(), "{} can't be built", path.display());
    }
    path
}

#[test]
fn every_scene_ends_as_expected() {
    let run = Command::new(example()).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{output}{errors}");
    for line in [
        "server: 429 with retry-after: 1, then 200",
        "server: no answer, then 200",
        "server: cut off in mid-body, then hung up, then 200",
        "tool:   3 degrees in Oslo yesterday; the service is down",
        "(the server said 429 Too Many Requests); next one in 1s",
        "(`temperature` timed out after 500ms)",
        "(the server said 404 Not Found); gave up: not worth a retry",
        "(the server said 500 Internal Server Error); the fallback answers",
        "Every scene ended as expected.",
    ] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
}

fn answered(status: u16) -> ApiError {
    let status = StatusCode::from_u16(status).unwrap();
    ApiError::Status { status, code: None, should_retry: None, retry_after: None }
}

#[test]
fn a_status_is_worth_a_retry_or_not() {
    for status in [408, 409, 429, 500, 502, 503, 504, 529] {
        assert!(answered(status).is_transient(), "{status}");
    }
    for status in [304, 400, 401, 403, 404, 413, 422, 425, 499] {
        assert!(!answered(status).is_transient(), "{status}");
    }
}

fn asked(headers: &[(&'static str, &str)]) -> Option<Duration> {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header of this test"))
    };
    api::asked_delay(&headers.iter().map(pair).collect::<HeaderMap>())
}

#[test]
fn a_server_asks_for_a_delay_in_three_ways() {
    let ms = Duration::from_millis;
    assert_eq!(asked(&[("retry-after", "2")]), Some(ms(2000)));
    assert_eq!(asked(&[("retry-after", "0.5")]), Some(ms(500)));
    assert_eq!(asked(&[("retry-after-ms", "12.5")]), Some(Duration::from_micros(12_500)));
    assert_eq!(asked(&[("retry-after-ms", "20"), ("retry-after", "9")]), Some(ms(20)));
    assert_eq!(asked(&[("retry-after-ms", "soon"), ("retry-after", "9")]), Some(ms(9000)));

    let in_an_hour = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(1));
    let delay = asked(&[("retry-after", &in_an_hour)]).expect("a date in the future");
    assert!((3500..=3600).contains(&delay.as_secs()), "{delay:?}");

    for useless in ["", "soon", "-1", "NaN", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        assert_eq!(asked(&[("retry-after", useless)]), None, "{useless:?}");
    }
    assert_eq!(asked(&[]), None);
}
