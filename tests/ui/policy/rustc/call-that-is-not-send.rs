use std::sync::{Mutex, MutexGuard};

use reliable::{Before, Fault, Policy, policy};

struct OneAtATime(Mutex<()>);

impl<'a> Policy for &'a OneAtATime {
    type Call = MutexGuard<'a, ()>;

    fn before(&self, _: &'static str) -> Before<MutexGuard<'a, ()>> {
        Before::Admit(self.0.lock().unwrap())
    }
}

static GATE: OneAtATime = OneAtATime(Mutex::new(()));

#[policy(GATE)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn spawned(_: impl Send) {}

fn main() {
    spawned(forecast("Oslo"));
}
