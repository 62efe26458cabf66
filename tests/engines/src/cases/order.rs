//! Rule 8: time and order are recorded: each branch gets its own, wherever the process dies.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use reliable::{Decision, Fault, durable, requires_approval};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::bench::Bench;
use crate::lab::{Case, Human, nobody};
use crate::plan::Plan;
use crate::world::{Deaths, Outcome, act, call, call_after, life, note, point};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub async fn rule_8_the_branches_of_a_join(case: &Case<'_, impl Bench>) {
    async fn branch(name: &'static str, first: u64, second: u64) -> Outcome<[String; 2]> {
        let own = call(name, format!("{name} first"), first).await?;
        Ok([own, call("same", format!("{name} second"), second).await?])
    }
    async fn flow() -> Outcome<[[String; 2]; 3]> {
        let (a, b, c) = tokio::join!(branch("a", 30, 1), branch("b", 10, 25), branch("c", 20, 2));
        call("later", "later", 1).await?;
        Ok([a?, b?, c?])
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        let expected = ["a", "b", "c"].map(|name| [format!("{name} first"), format!("{name} second")]);
        assert_eq!(ended.outcome.unwrap(), expected);
    })
    .await;
}

/// Told apart by nothing but their order.
pub async fn rule_8_the_same_call_in_several_branches(case: &Case<'_, impl Bench>) {
    async fn twice(name: &'static str, takes: u64) -> Outcome<String> {
        let once = call("double", format!("{name}{name}"), takes).await?;
        call("double", format!("{once}{once}"), takes).await
    }
    async fn flow() -> Outcome<[String; 3]> {
        let (a, b, c) = tokio::join!(twice("a", 30), twice("b", 10), twice("c", 20));
        Ok([a?, b?, c?])
    }
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome.unwrap(), ["aaaa", "bbbb", "cccc"])).await;
}

pub async fn rule_8_joins_in_a_join(case: &Case<'_, impl Bench>) {
    async fn pair(name: &'static str, takes: [u64; 2]) -> Outcome<String> {
        let (one, two) = tokio::join!(call("item", format!("{name}1"), takes[0]), async {
            let first = call("item", format!("{name}2"), takes[1]).await?;
            call("item", format!("{first}{first}"), 5).await
        },);
        Ok(format!("{} {}", one?, two?))
    }
    async fn flow() -> Outcome<[String; 3]> {
        let (a, b) = tokio::join!(pair("a", [40, 10]), async {
            let first = pair("b", [15, 25]).await?;
            Ok::<_, String>([first, pair("c", [1, 1]).await?])
        });
        let [b, c] = b?;
        Ok([a?, b, c])
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["a1 a2a2", "b1 b2b2", "c1 c2c2"]);
    })
    .await;
}

pub async fn rule_8_the_loser_of_a_select(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<[String; 2]> {
        let slow = durable::call("slow").run(async {
            note("the loser begins");
            sleep(ms(60_000)).await;
            act("slow").await;
            Ok::<_, String>("slow".to_owned())
        });
        let first = tokio::select! {
            biased;
            slow = slow => slow?,
            quick = call("quick", "quick", 5) => quick?,
        };
        Ok([first, call("second", "second", 5).await?])
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["quick", "second"]);
        assert_eq!(ended.world.times("slow"), 0);
        for life in (1..=ended.world.lives()).filter(|life| ended.world.is_finished_before(*life, "quick")) {
            assert_eq!(ended.world.notes_of(life), [""; 0], "it has lost, and begins again in life {life}");
        }
    })
    .await;
}

/// The first branch has an outcome as well, right behind it: the one which was first stays first.
pub async fn rule_8_a_race_that_is_won_by_the_second(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let is_won = Notify::new();
        let mut one = Box::pin(call_after("one", "one", is_won.notified()));
        let mut two = Box::pin(call_after("two", "two", async {
            sleep(ms(5)).await;
            is_won.notify_one();
        }));
        let (first, then) = tokio::select! {
            biased;
            first = &mut one => (first?, two.await?),
            first = &mut two => {
                // Where it is read back, its body does not run.
                is_won.notify_one();
                (first?, one.await?)
            }
        };
        call("later", "later", 1).await?;
        Ok(format!("{first} before {then}"))
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        let (outcome, lives) = (ended.outcome.unwrap(), ended.world.lives());
        // In a life that begins with nothing recorded the race is a new one, and ends as before.
        assert_eq!(outcome, "two before one", "after {lives} lives");
    })
    .await;
}

pub async fn rule_8_a_limit_of_the_flow(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let limit = durable::sleep(ms(50));
        let is_in_time = tokio::select! {
            biased;
            _ = call("slow", "slow", 60_000) => true,
            () = limit => false,
        };
        point("behind the limit").await;
        let what = if is_in_time { "thanked" } else { "apologised" };
        call("tell", what, 1).await
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!((ended.outcome.unwrap().as_str(), ended.world.times("thanked")), ("apologised", 0));
    })
    .await;
}

pub async fn rule_8_many_at_once(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<Vec<String>> {
        let calls = stream::iter(0..12_u64).map(|n| async move {
            let label = call("item", format!("item {n}."), 1 + (n * 7) % 5 * 8).await?;
            Ok(format!("{n}: {label}"))
        });
        let found: Vec<Outcome<String>> = calls.buffer_unordered(4).collect().await;
        let mut found = found.into_iter().collect::<Outcome<Vec<_>>>()?;
        call("later", format!("{found:?}"), 1).await?;
        found.sort();
        Ok(found)
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        let mut expected: Vec<_> = (0..12).map(|n| format!("{n}: item {n}.")).collect();
        expected.sort();
        assert_eq!(ended.outcome.unwrap(), expected);
    })
    .await;
}

/// While the reader of `buffer_unordered` awaits something else, nobody polls what is in it; and what it has written by then must
/// not hold that up.
pub async fn rule_8_those_that_are_not_polled_meanwhile(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<Vec<String>> {
        let fetch = |n: u64| call("fetch", format!("item {n}."), 20 + n % 4);
        let mut fetched = stream::iter(0..16).map(fetch).buffer_unordered(8);
        let mut saved = Vec::new();
        while let Some(item) = fetched.next().await {
            saved.push(call("save", format!("saved {}", item?), 1).await?);
            point("behind one").await;
        }
        saved.sort();
        Ok(saved)
    }
    let mut expected: Vec<_> = (0..16).map(|n| format!("saved item {n}.")).collect();
    expected.sort();
    for deaths in [Deaths::None, Deaths::None, Deaths::At(3)] {
        let ended = case.dying(deaths, nobody, flow).await;
        assert_eq!(ended.outcome.unwrap(), expected);
    }
}

pub async fn rule_8_questions_and_calls_side_by_side(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    #[durable]
    async fn pay(whom: &str) -> Result<String, Fault> {
        let paid = format!("paid {whom}");
        act(&paid).await;
        Ok(paid)
    }
    async fn paying(whom: &'static str) -> Outcome<String> {
        let look = call("look", format!("look at {whom}"), 10).await?;
        let paid = pay(whom).await.map_err(|fault| fault.to_string())?;
        point(&format!("behind {whom}")).await;
        Ok(format!("{look}, {paid}"))
    }
    async fn flow() -> Outcome<[String; 3]> {
        let (a, b, c) = tokio::join!(paying("ana"), call("look", "look around", 40), paying("bo"));
        Ok([a?, b?, c?])
    }
    let human: Human = |_| Some(Decision::approve());
    case.wherever_it_dies(human, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["look at ana, paid ana", "look around", "look at bo, paid bo"]);
    })
    .await;
}

/// In its second try the same function is called anew, and gets what is its own.
pub async fn rule_8_a_call_that_is_dropped(case: &Case<'_, impl Bench>) {
    async fn fetch(what: &'static str, takes: u64, limit: u64) -> Outcome<String> {
        tokio::select! {
            biased;
            found = call("fetch", what, takes) => found,
            () = durable::sleep(ms(limit)) => Err("too slow".to_owned()),
        }
    }
    async fn flow() -> Outcome<[String; 3]> {
        let slow = fetch("slow", 60_000, 50).await.unwrap_err();
        point("behind the slow one").await;
        Ok([slow, fetch("quick", 1, 60_000).await?, call("later", "later", 1).await?])
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["too slow", "quick", "later"]);
        assert_eq!(ended.world.times("slow"), 0);
    })
    .await;
}

/// A program that nobody has written.
async fn whatever_it_does(case: &Case<'_, impl Bench>, seed: u64) {
    let plan: &'static Plan = Box::leak(Box::new(Plan::of(seed)));
    case.wherever_it_dies(
        nobody,
        move || plan.flow(),
        |ended| {
            assert_eq!(ended.outcome, Ok(()), "program {seed}: {plan:?}");
        },
    )
    .await;
}

pub async fn rule_8_whatever_a_program_does(case: &Case<'_, impl Bench>) {
    whatever_it_does(case, 1).await;
}

pub async fn rule_8_whatever_another_program_does(case: &Case<'_, impl Bench>) {
    whatever_it_does(case, 2).await;
}

pub async fn rule_8_whatever_a_third_program_does(case: &Case<'_, impl Bench>) {
    whatever_it_does(case, 3).await;
}

pub async fn rule_8_the_time(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let first = durable::now().await;
        note(format!("first {first:?}"));
        point("behind the time").await;
        call("later", "later", 20).await?;
        let second = durable::now().await;
        let passed = second.duration_since(first).map_err(|error| error.to_string())?;
        if passed >= ms(20) { Ok("it goes on".into()) } else { Err(format!("{passed:?} have passed")) }
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), "it goes on");
        assert_eq!(ended.world.notes().len(), 1, "the same in each life: {:?}", ended.world.notes());
    })
    .await;
}

pub async fn rule_8_a_pause_that_is_over(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<()> {
        durable::sleep(ms(3000)).await;
        point("behind the pause").await;
        call("later", "later", 1).await?;
        Ok(())
    }
    async fn halfway() -> Outcome<()> {
        tokio::join!(durable::sleep(ms(4000)), async {
            if life() == 1 {
                sleep(ms(3500)).await;
                point("in the middle").await;
            }
        });
        Ok(())
    }
    // It dies behind the pause; and once in the middle of it, after which only what is left is waited for.
    let began = tokio::time::Instant::now();
    let ended = case.dying(Deaths::At(1), nobody, flow).await;
    assert_eq!((ended.outcome, ended.world.lives()), (Ok(()), 2));
    let took = began.elapsed();
    assert!(took >= ms(2950) && took < ms(5900), "it was waited for once: {took:?}");

    let began = tokio::time::Instant::now();
    let ended = case.dying(Deaths::At(1), nobody, halfway).await;
    assert_eq!((ended.outcome, ended.world.lives()), (Ok(()), 2));
    let took = began.elapsed();
    assert!(took >= ms(3950) && took < ms(7400), "only what was left of it was waited for: {took:?}");
}
