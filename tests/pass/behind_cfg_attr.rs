use reliable::{fallback, retry};

#[cfg_attr(all(), fallback(Ok(7)))]
#[cfg_attr(any(), fallback(Ok(8)))]
#[retry(max = 1, backoff = "none")]
fn forecast() -> Result<u32, String> {
    Err("the service is down".to_owned())
}

#[test]
fn the_outer_one_is_asked() {
    assert_eq!(forecast(), Ok(7));
}
