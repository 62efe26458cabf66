//! A policy of one's own: a client that sees that its service is overloaded, and sends less.
//!
//! `cargo run --example throttle`
//!
//! A service that has too much to do also has to say no, which costs it something, too. The remedy in Google's book on
//! site reliability (chapter "Handling Overload") is a client that says no to itself: it counts what it wanted to send and
//! what the service accepted, and drops a call with the probability `max(0, (requests - K * accepts) / (requests + 1))`.
//! The library has no such policy. This one is all of its users': a type, `impl Policy`, and `#[policy(…)]`.
//!
//! The clock is paused: a minute passes at once, and every run prints the same.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reliable::{After, Before, Failure, Fault, Policy, policy};
use tokio::time::{Instant, sleep};

/// Drops calls at random, the more of them the fewer the service accepts.
struct Throttle {
    /// How many requests are sent for each one that is accepted, once the throttle holds back: 2 finds out soon that the
    /// service is well again, and 1.1 spares it more.
    k: f64,
    seen: Mutex<Seen>,
}

/// What happened of late: older calls count for less and less.
struct Seen {
    requests: f64,
    accepts: f64,
    random: u64,
}

impl Throttle {
    const fn new(k: f64) -> Self {
        Throttle { k, seen: Mutex::new(Seen { requests: 0.0, accepts: 0.0, random: 1 }) }
    }

    /// Changes what was seen; no lock is held while a call runs.
    fn see<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Seen {
    /// The formula of the book.
    fn chance_to_drop(&self, k: f64) -> f64 {
        ((self.requests - k * self.accepts) / (self.requests + 1.0)).max(0.0)
    }

    /// About the last 200 requests count.
    fn count_request(&mut self) {
        self.accepts *= 0.995;
        self.requests = self.requests * 0.995 + 1.0;
    }

    /// A number between 0 and 1, the same ones in every run.
    fn random(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((self.random >> 33) as u32) / f64::from(u32::MAX >> 1)
    }
}

impl Policy for Throttle {
    type Call = ();

    fn before(&self, tool: &'static str) -> Before<()> {
        let drop = self.see(|seen| {
            let drop = seen.random() < seen.chance_to_drop(self.k);
            seen.count_request();
            drop
        });
        if drop {
            Before::Reject(Fault::Rejected { tool: tool.into(), by: "throttle".into(), wait: None })
        } else {
            Before::Admit(())
        }
    }

    fn after(&self, _tool: &'static str, (): &mut (), outcome: Result<(), &Failure<'_>>) -> After {
        if outcome.is_ok() {
            self.see(|seen| seen.accepts += 1.0);
        }
        After::Done
    }
}

static THROTTLE: Throttle = Throttle::new(1.5);

/// The call as users write it.
#[policy(THROTTLE)]
async fn search(service: &Service) -> Result<(), SearchError> {
    service.answer().await
}

#[derive(Debug, thiserror::Error)]
enum SearchError {
    #[error("503: the service is overloaded")]
    Overloaded,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A service that can do so much in a second, and says no to the rest.
struct Service {
    per_second: AtomicU32,
    asked: AtomicU32,
}

impl Service {
    async fn answer(&self) -> Result<(), SearchError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(1)).await;
        if asked < self.per_second.load(Ordering::Relaxed) { Ok(()) } else { Err(SearchError::Overloaded) }
    }

    /// One second with 100 calls, evenly spread: what the users got, and what the service was asked.
    async fn second(&self) -> (u32, u32) {
        self.asked.store(0, Ordering::Relaxed);
        let (begun, mut answered) = (Instant::now(), 0);
        for call in 1..=100 {
            answered += u32::from(search(self).await.is_ok());
            tokio::time::sleep_until(begun + Duration::from_millis(10) * call).await;
        }
        (answered, self.asked.load(Ordering::Relaxed))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    let service = Service { per_second: AtomicU32::new(u32::MAX), asked: AtomicU32::new(0) };
    println!("100 calls in every second; # reaches the service, and o is answered\n");
    let well = phase(&service, "it is well", u32::MAX).await;
    let overloaded = phase(&service, "it can do 20 in a second", 20).await;
    let recovered = phase(&service, "it is well again", u32::MAX).await;

    // K = 1.5: for each answer the service has at most about half a refusal to give.
    let held_back = overloaded == (20, overloaded.1) && (20..=45).contains(&overloaded.1);
    if well == (100, 100) && held_back && recovered == (100, 100) {
        println!("\nUnder load the service had {} calls to deal with in a second, and not 100.", overloaded.1);
        ExitCode::SUCCESS
    } else {
        println!("\nThis is not what a throttle does: {well:?}, {overloaded:?}, {recovered:?}.");
        ExitCode::FAILURE
    }
}

/// 20 seconds, of which every fourth is shown; gives the last.
async fn phase(service: &Service, what: &str, per_second: u32) -> (u32, u32) {
    println!("{what}");
    service.per_second.store(per_second, Ordering::Relaxed);
    let mut last = (0, 0);
    for second in 1..=20 {
        last = service.second().await;
        let (answered, asked) = last;
        if second % 4 == 0 {
            let bar = |count: u32, mark: &str| mark.repeat(count as usize / 4);
            println!(
                "  {second:>3} s  {:<25}  {asked:>3} sent, {answered:>3} answered",
                bar(answered, "o") + &bar(asked - answered, "#")
            );
        }
    }
    last
}
