//! A retry around a circuit breaker around a timeout, as one writes them with nothing but tokio.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

mod breaker;

use breaker::Breaker;

const RETRIES: u32 = 3;
const LIMIT: Duration = Duration::from_secs(2);

fn pause(retry: u32) -> Duration {
    Duration::from_millis(500 << retry)
}

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    static BREAKER: Breaker = Breaker::closed();
    let mut retries = 0;
    loop {
        let admitted = BREAKER.admit().map_err(|_| Error::Open)?;
        let outcome = {
            let (mut call, mut timer) = (pin!(tool(0, n)), pin!(None));
            poll_fn(|context| {
                if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                if timer.is_none() {
                    timer.set(Some(sleep(LIMIT)));
                }
                let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if over { Poll::Ready(Err(Error::TimedOut)) } else { Poll::Pending }
            })
            .await
        };
        admitted.record(outcome.is_err());
        drop(admitted);
        match outcome {
            Err(_) if retries < RETRIES => {}
            outcome => return outcome,
        }
        sleep(pause(retries)).await;
        retries += 1;
    }
}
