//! backon, without a pause and so without a timer.

use std::future::ready;
use std::hint::black_box;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, dead_tool, flaky_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::FailedOnce, || retried(flaky_tool, black_box(1)))
        .add_failing(Case::FailedAlways, || retried(dead_tool, black_box(1)));
}

async fn retried<F>(call: impl Fn(u64) -> F, n: u64) -> Result<u64, Error>
where
    F: Future<Output = Result<u64, Error>>,
{
    let at_once = ConstantBuilder::default().with_delay(Duration::ZERO).with_max_times(3);
    (|| call(n)).retry(at_once).sleep(|_| ready(())).when(|error| matches!(error, Error::Busy)).await
}
