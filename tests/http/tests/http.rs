//! What an HTTP answer says about a retry: every row of the table, and everything that a server can send instead.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;
use reliable::http::{is_transient, retry_after};

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

/// Sun, 06 Nov 1994 08:49:37 GMT
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

fn asked(pairs: &[(&'static str, &str)]) -> Option<Duration> {
    retry_after(&headers(pairs), now())
}

#[test]
fn the_status_decides() {
    for code in [408, 409, 429, 500, 501, 502, 503, 504, 529, 599, 999] {
        assert!(is_transient(status(code), &HeaderMap::new()), "{code}");
    }
    for code in [200, 301, 400, 401, 403, 404, 413, 422, 425, 499] {
        assert!(!is_transient(status(code), &HeaderMap::new()), "{code}");
    }
}

#[test]
fn the_server_knows_better() {
    let says = |code, word| is_transient(status(code), &headers(&[("x-should-retry", word)]));
    assert!(says(400, "true"));
    assert!(!says(503, "false"));
    for word in ["True", "FALSE", "yes", "1", "", " true x"] {
        assert!(says(503, word) && !says(400, word), "{word:?} is no answer");
    }
}

#[test]
fn the_delay_is_in_milliseconds_or_in_seconds_or_a_date() {
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(asked(&[("retry-after-ms", "120")]), ms(120));
    assert_eq!(asked(&[("retry-after-ms", "1.5"), ("retry-after", "9")]), Some(Duration::from_micros(1500)));
    assert_eq!(asked(&[("retry-after", "2")]), ms(2000));
    assert_eq!(asked(&[("retry-after", "0.25")]), ms(250));
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")]), ms(3000));
    assert_eq!(asked(&[("retry-after-ms", "soon"), ("retry-after", "2")]), ms(2000), "no number: the next one");
    assert_eq!(asked(&[("retry-after-ms", "soon"), ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")]), ms(3000));
}

#[test]
fn a_date_is_counted_from_now_and_not_from_the_last_whole_second() {
    let headers = headers(&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")]);
    assert_eq!(retry_after(&headers, now() + Duration::from_millis(400)), Some(Duration::from_millis(2600)));
}

#[test]
fn what_asks_for_no_delay_is_none() {
    for name in ["retry-after", "retry-after-ms"] {
        for value in ["0", "-0", "-3", "nan", "inf", "-inf", "1e400", "1e300", "1e-30", "soon", "", "0x10", "1,5"] {
            assert_eq!(asked(&[(name, value)]), None, "{name}: {value}");
        }
    }
    assert_eq!(asked(&[]), None);
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), None, "now");
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT")]), None, "past");
    assert_eq!(asked(&[("retry-after", "Sun, 99 Nov 1994 08:49:40 GMT")]), None, "no such day");
    assert_eq!(asked(&[("retry-after-ms", "-1"), ("retry-after", "2")]), None, "a number, and so the one that counts");
}

fn value() -> impl Strategy<Value = HeaderValue> {
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let like_numbers = "[+-]?[0-9]{0,25}([.][0-9]{0,25})?([eE][+-]?[0-9]{1,6})?".prop_map(String::into_bytes);
    let like_dates =
        "(Sun|Mon), [0-9]{2} (Nov|Feb) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT".prop_map(String::into_bytes);
    prop_oneof![bytes, like_numbers, like_dates]
        .prop_filter_map("no header", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

proptest! {
    #[test]
    fn no_header_is_too_strange(ms in value(), after in value(), should in value(), code in 100_u16..1000, secs: u32) {
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("retry-after-ms"), ms),
            (HeaderName::from_static("retry-after"), after),
            (HeaderName::from_static("x-should-retry"), should),
        ]);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(secs.into());
        is_transient(status(code), &headers);
        prop_assert!(retry_after(&headers, now).is_none_or(|delay| !delay.is_zero()));
    }

    #[test]
    fn a_number_of_seconds_is_what_it_says(secs in 1_u32..) {
        prop_assert_eq!(asked(&[("retry-after", &secs.to_string())]), Some(Duration::from_secs(secs.into())));
    }
}

mod errors_of_reqwest {
    use super::*;
    use reliable::Transient;
    use reqwest::Client;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// The error of a request which a server on this machine gives this answer to, and closes the connection.
    async fn error(answer: &'static str) -> reqwest::Error {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        let serve = async {
            let (mut socket, _) = server.accept().await.unwrap();
            let _ = socket.read(&mut [0; 1024]).await;
            socket.write_all(answer.as_bytes()).await.unwrap();
        };
        let ask = async {
            let response = client().get(url).send().await?.error_for_status()?;
            response.json::<u32>().await
        };
        tokio::join!(ask, serve).0.unwrap_err()
    }

    fn client() -> Client {
        let tls = rustls::ClientConfig::builder()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        Client::builder().tls_backend_preconfigured(tls).retry(reqwest::retry::never()).no_proxy().build().unwrap()
    }

    #[tokio::test]
    async fn the_status_of_an_answer_counts() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert!(error("HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n").await.is_transient());
        assert!(!error("HTTP/1.1 404 Gone\r\ncontent-length: 0\r\n\r\n").await.is_transient());
    }

    #[tokio::test]
    async fn a_broken_connection_is_transient_and_a_wrong_answer_is_not() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert!(error("").await.is_transient(), "no answer");
        assert!(error("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n4").await.is_transient(), "half an answer");
        assert!(!error("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\"4\"").await.is_transient(), "another type");
        assert!(!error("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{").await.is_transient(), "no JSON");
    }

    #[tokio::test]
    async fn without_a_server_it_is_the_connection_and_without_a_request_our_own_mistake() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let refused = client().get(format!("http://{closed}")).send().await.unwrap_err();
        assert!(refused.is_connect() && refused.is_transient());
        let builder = client().get("no url").send().await.unwrap_err();
        assert!(builder.is_builder() && !builder.is_transient());
        let timeout = client().get("http://127.0.0.1:9").timeout(Duration::ZERO).send().await.unwrap_err();
        assert!(timeout.is_transient(), "{timeout:?}");
    }
}
