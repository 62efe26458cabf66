#![deny(unused_variables)]

use std::time::Duration;

use reliable::{Fault, failover, fallback, hedge, retry, timeout};

#[retry(max = n, clone)]
async fn in_an_option(n: u32, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(1)
}

#[retry(max = 2, clone)]
#[timeout(limit)]
async fn below(limit: Duration, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(1)
}

#[failover(model in list, clone)]
async fn in_a_list(list: Vec<u32>, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(usize::try_from(*model).unwrap_or_default())
}

#[retry(max = 2, clone, when_ok = *value > n)]
async fn in_a_question(n: usize, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(1)
}

#[hedge(after = after, clone)]
async fn of_a_hedge(after: Duration, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(1)
}

#[fallback(Ok(n))]
#[retry(max = 2, clone)]
async fn above(n: usize, text: String) -> Result<usize, Fault> {
    drop(text);
    Ok(1)
}

/// Those that the body needs have clones as before, be it in a text.
#[retry(max = n, clone)]
async fn in_a_text(n: u32, text: String) -> Result<usize, Fault> {
    let shown = move || format!("{n:?} {text:>8}");
    Ok(shown().len())
}

#[test]
fn have_no_clone_that_nobody_uses() {
    let (text, second) = (String::new, Duration::from_secs(1));
    drop(in_an_option(1, text()));
    drop(below(second, text()));
    drop(in_a_list(vec![1], text()));
    drop(in_a_question(1, text()));
    drop(of_a_hedge(second, text()));
    drop(above(1, text()));
    drop(in_a_text(1, text()));
}
