//! recloser: its circuit breaker, open. Half-open it lets every call through.

use std::hint::black_box;
use std::sync::LazyLock;

use recloser::{AsyncRecloser, Recloser};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, dead_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::Open, || open(black_box(1)));
}

static BREAKER: LazyLock<AsyncRecloser> = LazyLock::new(|| {
    let breaker = Recloser::custom().error_rate(1.0).closed_len(5).half_open_len(1);
    breaker.open_wait(LONG).build().into()
});

async fn open(n: u64) -> Result<u64, recloser::Error<Error>> {
    BREAKER.call(dead_tool(n)).await
}
