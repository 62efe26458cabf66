//! Programs that a seed brings forth: calls one after the other, side by side, and in races.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use reliable::durable;

use crate::random::Random;
use crate::world::{Outcome, call};

/// What a flow does.
#[derive(Debug)]
pub enum Plan {
    /// A call of one of two tools, by its label, which takes so many milliseconds.
    Call(&'static str, String, u64),
    /// A pause of so many milliseconds.
    Pause(u64),
    /// One after the other.
    Then(Vec<Plan>),
    /// Side by side.
    Join(Vec<Plan>),
    /// The quicker of two: the other one is dropped.
    Race(Box<[Plan; 2]>),
}

type Flow<'p> = Pin<Box<dyn Future<Output = Outcome<()>> + Send + 'p>>;

impl Plan {
    /// That of this seed.
    pub fn of(seed: u64) -> Plan {
        let (mut random, mut calls) = (Random::of(seed), 0);
        let grown: Vec<_> = (0..3).map(|_| Plan::grown(&mut random, &mut calls, 2)).collect();
        Plan::Then(vec![Plan::Call("x", "first.".into(), 1), Plan::Then(grown)])
    }

    fn grown(random: &mut Random, calls: &mut u32, depth: u32) -> Plan {
        let kind = if depth == 0 { 0 } else { random.below(6) };
        let mut some = |random: &mut Random, least: u64| -> Vec<Plan> {
            (0..least + random.below(2)).map(|_| Plan::grown(random, calls, depth - 1)).collect()
        };
        match kind {
            1 | 2 => Plan::Join(some(random, 2)),
            3 => Plan::Then(some(random, 2)),
            4 => {
                let (first, second) = (some(random, 1), some(random, 1));
                Plan::Race(Box::new([Plan::Then(first), Plan::Then(second)]))
            }
            5 => Plan::Pause(random.below(30)),
            _ => {
                *calls += 1;
                let tool = ["x", "y"][usize::from(random.below(3) == 0)];
                Plan::Call(tool, format!("{calls}."), 1 + random.below(30))
            }
        }
    }

    /// Does it. Each call gets what is its own.
    pub fn flow(&self) -> Flow<'_> {
        match self {
            Plan::Call(tool, label, takes) => {
                let call = call(tool, label.clone(), *takes);
                Box::pin(async move {
                    let got = call.await?;
                    if got == *label { Ok(()) } else { Err(format!("{label} got {got}")) }
                })
            }
            Plan::Pause(takes) => {
                let pause = durable::sleep(Duration::from_millis(*takes));
                Box::pin(async move {
                    pause.await;
                    Ok(())
                })
            }
            Plan::Then(plans) => Box::pin(async move {
                for plan in plans {
                    plan.flow().await?;
                }
                Ok(())
            }),
            Plan::Join(plans) => {
                let all = join_all(plans.iter().map(Plan::flow));
                Box::pin(async move { all.await.into_iter().collect() })
            }
            Plan::Race(two) => {
                let [first, second] = [two[0].flow(), two[1].flow()];
                Box::pin(async move {
                    tokio::select! {
                        biased;
                        outcome = first => outcome,
                        outcome = second => outcome,
                    }
                })
            }
        }
    }
}
