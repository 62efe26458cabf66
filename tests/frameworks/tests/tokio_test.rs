//! `#[tokio::test]`, below ours: a test of a flaky service may be retried and timed, as any function. (Above ours it makes a
//! plain `fn` of the test, and the error says where to move the line: `tests/ui/timeout/below-tokio-test.rs`.)

use std::sync::atomic::{AtomicU32, Ordering};

use reliable::{Fault, retry, timeout};

fn flaky(calls: &AtomicU32) -> Result<(), Fault> {
    match calls.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Err(Fault::Policy { tool: "service".into(), reason: "busy".to_owned() }),
        _ => Ok(()),
    }
}

static ABOVE: AtomicU32 = AtomicU32::new(0);

#[retry(max = 2)]
#[timeout(secs = 5)]
#[tokio::test(start_paused = true)]
async fn ours_above() -> Result<(), Fault> {
    flaky(&ABOVE)
}

#[test]
fn all_attempts_were_made() {
    ours_above().unwrap();
    assert!(ABOVE.load(Ordering::Relaxed) >= 3);
}
