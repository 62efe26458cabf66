//! recloser: its circuit breaker for futures, which counts failures in a ring.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use recloser::{AsyncRecloser, Recloser};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::CircuitBreaker, || guarded(black_box(1)));
}

/// A ring of five with nothing but failures in it is five failures in a row, once the ring has been filled.
static BREAKER: LazyLock<AsyncRecloser> = LazyLock::new(|| {
    let breaker = Recloser::custom().error_rate(1.0).closed_len(5).half_open_len(1);
    breaker.open_wait(Duration::from_secs(30)).build().into()
});

async fn guarded(n: u64) -> Result<u64, recloser::Error<Error>> {
    BREAKER.call(tool(n)).await
}
