//! Rules 2, 3 and 7: what is recorded, and what is not.

use std::time::Duration;

use reliable::durable;
use reliable::durable::Workflows;
use reliable::{Approver, Charge, Decision, Fault, Request, Run, Scope, Step, Usd, agent, requires_approval, retry};
use tokio::time::{Instant, sleep};

use crate::bench::Bench;
use crate::lab::{Case, nobody};
use crate::world::{Deaths, Outcome, World, act, call, note, point};

pub async fn rule_3_what_is_finished_does_not_run_again(case: &Case<'_, impl Bench>) {
    async fn trip() -> Outcome<[String; 3]> {
        let flight = call("flight", "a flight", 10).await?;
        let hotel = call("hotel", "a hotel", 10).await?;
        Ok([flight, hotel, call("hotel", "another hotel", 10).await?])
    }
    case.wherever_it_dies(nobody, trip, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["a flight", "a hotel", "another hotel"]);
    })
    .await;
}

pub async fn rule_3_an_ended_run_gives_its_outcome(case: &Case<'_, impl Bench>) {
    let ended = case.dying(Deaths::None, nobody, || call("pay", "paid", 1)).await;
    let again = case.runs();
    for _ in 0..2 {
        assert_eq!(again.outcome::<Outcome<String>>(&ended.run).await.unwrap().unwrap(), "paid");
    }
    assert!(ended.world.once("paid"));
    let error = again.outcome::<u32>(&ended.run).await.unwrap_err();
    assert!(error.message.contains("can't be read as this type"), "{error}");
}

pub async fn rule_3_a_call_that_is_the_whole_run_is_recorded(case: &Case<'_, impl Bench>) {
    let workflows = Workflows::new()
        .add(case.workflow(), |(): ()| durable::call("pay").run(async { Ok::<_, String>("paid".to_owned()) }));
    let run = case.submit("").await;
    let process = case.bench().start(workflows).await;
    assert_eq!(case.runs().outcome::<Outcome<String>>(&run).await.unwrap().unwrap(), "paid");
    assert_eq!(case.runs().show(&run).await.unwrap().len(), 1);
    case.bench().kill(process).await;
}

pub async fn rule_3_an_error_is_recorded_as_an_answer_is(case: &Case<'_, impl Bench>) {
    async fn flow() -> Result<(), String> {
        let pay = durable::call("pay").run(async {
            act("no money").await;
            Err::<u32, _>("no money".to_owned())
        });
        let refused = pay.await.unwrap_err();
        call("tell", "told", 1).await?;
        Err(refused)
    }
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome.unwrap_err(), "no money")).await;
}

pub async fn rule_3_what_a_call_gives_is_what_was_read_back(case: &Case<'_, impl Bench>) {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Card {
        holder: String,
        #[serde(skip)]
        number: u32,
    }
    async fn flow() -> Outcome<(String, u32)> {
        let card = durable::call("card").run(async { Ok::<_, String>(Card { holder: "ana".into(), number: 7 }) });
        card.await.map(|card| (card.holder, card.number))
    }
    let ended = case.dying(Deaths::None, nobody, flow).await;
    assert_eq!(ended.outcome.unwrap(), ("ana".into(), 0), "a lossy type shows in the first life");
}

/// Without serde, and without `From<Fault>`.
#[derive(Debug)]
enum Foreign {
    Said(String),
    Stopped(Fault),
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Foreign::Said(words) => f.write_str(words),
            Foreign::Stopped(_) => f.write_str("stopped"),
        }
    }
}

impl std::error::Error for Foreign {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Foreign::Said(_) => None,
            Foreign::Stopped(fault) => Some(fault),
        }
    }
}

pub async fn rule_3_an_error_of_another_crate_is_made_again(case: &Case<'_, impl Bench>) {
    #[durable(error = Foreign::Said, fault = Foreign::Stopped)]
    async fn asks() -> Result<u32, Foreign> {
        act("503").await;
        Err(Foreign::Said("503".into()))
    }
    async fn flow() -> Outcome<String> {
        let words = asks().await.unwrap_err().to_string();
        call("later", "later", 1).await?;
        Ok(words)
    }
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome.unwrap(), "503")).await;
}

pub async fn rule_3_a_fault_comes_back_as_the_fault_that_it_was(case: &Case<'_, impl Bench>) {
    #[durable(error = Foreign::Said, fault = Foreign::Stopped)]
    #[reliable::timeout(ms = 20)]
    async fn hangs() -> Result<u32, Foreign> {
        std::future::pending().await
    }
    async fn flow() -> Outcome<()> {
        let outcome = hangs().await;
        call("later", "later", 1).await?;
        match outcome {
            Err(Foreign::Stopped(Fault::TimedOut { .. })) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome, Ok(()))).await;
}

pub async fn rule_3_what_was_spent_is_spent(case: &Case<'_, impl Bench>) {
    #[agent(max_steps = 9, max_usd = "0.05")]
    async fn spender() -> Result<Step<()>, Fault> {
        let step = Run::current().step();
        let asked = durable::call("model").run(async {
            act(&format!("step {step}")).await;
            Run::current().charge(Charge::usd(Usd::cents(2)))?;
            Ok::<_, Fault>(format!("step {step}"))
        });
        let asked = asked.await?;
        point(&format!("behind {asked}")).await;
        Ok(Step::Next)
    }
    case.wherever_it_dies(nobody, spender, |ended| {
        assert!(matches!(ended.outcome, Err(Fault::OverBudget { .. })), "{:?}", ended.outcome);
        assert_eq!(ended.world.times("step 4"), 0, "two fit, and the third does not, over all lives");
    })
    .await;
}

/// An approver may be a model, which costs something.
struct Dear;

impl Approver for Dear {
    async fn review(&self, request: &Request) -> Decision {
        act(&format!("review of {request}")).await;
        match Run::current().charge(Charge::usd(Usd::cents(2))) {
            Ok(()) => Decision::approve(),
            Err(_) => Decision::deny("it would cost too much to think about it"),
        }
    }
}

pub async fn rule_3_what_an_approver_has_spent_is_spent(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    async fn step(n: u32) -> Result<(), Fault> {
        point(&format!("behind question {n}")).await;
        Ok(())
    }
    #[agent(max_steps = 9, max_usd = "0.05")]
    async fn asker() -> Result<Step<()>, Fault> {
        step(Run::current().step()).await?;
        Ok(Step::Next)
    }
    let flow = || async { Scope::current().approver(Dear).run(asker()).await };
    case.wherever_it_dies(nobody, flow, |ended| {
        assert!(matches!(ended.outcome, Err(Fault::Denied { .. })), "{:?}", ended.outcome);
        assert_eq!(ended.world.times("review of step(n = 4)"), 0, "two fit, and the third does not, over all lives");
    })
    .await;
}

pub async fn rule_3_what_was_seen_is_seen(case: &Case<'_, impl Bench>) {
    #[agent(max_steps = 9, max_repeats = 2)]
    async fn circles() -> Result<Step<()>, Fault> {
        let read = durable::call("read").run(async {
            let step = Run::current().step();
            act(&format!("step {step}")).await;
            Run::current().observe("read a.rs", "no such file")?;
            Ok::<_, Fault>(format!("step {step}"))
        });
        let read = read.await?;
        point(&format!("behind {read}")).await;
        Ok(Step::Next)
    }
    let alone = case.dying(Deaths::None, nobody, circles).await;
    let steps = |world: &World| (1..9).filter(|step| world.times(&format!("step {step}")) > 0).count();
    let (stopped, after) = (format!("{:?}", alone.outcome), steps(&alone.world));
    assert!(alone.outcome.is_err() && after < 8, "it goes in a circle: {stopped}");
    case.wherever_it_dies(nobody, circles, |ended| {
        assert_eq!((format!("{:?}", ended.outcome), steps(&ended.world)), (stopped.clone(), after));
    })
    .await;
}

pub async fn rule_2_what_is_inside_of_a_recorded_call_just_runs(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let outer = durable::call("outer").run(async {
            let inner = durable::call("inner").run(async {
                act("inner").await;
                Ok::<_, String>(())
            });
            inner.await?;
            durable::sleep(Duration::ZERO).await;
            act("outer").await;
            Ok::<_, String>("outer".to_owned())
        });
        let outer = outer.await?;
        call("later", "later", 1).await?;
        Ok(outer)
    }
    let ended = case.dying(Deaths::None, nobody, flow).await;
    let recorded = case.runs().show(&ended.run).await.unwrap();
    let places: Vec<_> = recorded.iter().map(|recording| recording.place.to_string()).collect();
    assert_eq!(places, ["call 1 of `outer`", "call 1 of `later`"]);
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), "outer");
        assert!(ended.world.times("inner") >= ended.world.times("outer"), "it runs with what it is in");
    })
    .await;
}

pub async fn rule_2_what_is_redacted_is_not_written_down(case: &Case<'_, impl Bench>) {
    #[durable(redact(card))]
    async fn refund(to: &str, card: &str) -> Outcome<usize> {
        Ok(to.len() + card.len())
    }
    let ended = case.dying(Deaths::None, nobody, || refund("ana", "4711")).await;
    let recorded = case.runs().show(&ended.run).await.unwrap();
    assert_eq!(recorded[0].entry.arguments, r#"to = "ana", card = <redacted>"#);
    assert!(!format!("{recorded:?}").contains("4711"), "{recorded:?}");
}

pub async fn rule_7_a_key_is_the_same_after_a_restart(case: &Case<'_, impl Bench>) {
    #[durable(idempotency_key)]
    async fn pay(n: u32) -> Outcome<(String, String)> {
        note(format!("{n}: {idempotency_key}"));
        act(&format!("paid {n}")).await;
        Ok((format!("paid {n}"), idempotency_key.to_string()))
    }
    async fn flow() -> Outcome<[String; 2]> {
        let (_, first) = pay(1).await?;
        point("between").await;
        let (_, second) = pay(2).await?;
        point("behind").await;
        Ok([first, second])
    }
    let keys = std::sync::Mutex::new(std::collections::HashSet::new());
    case.wherever_it_dies(nobody, flow, |ended| {
        let [first, second] = ended.outcome.unwrap();
        let used = ended.world.notes();
        assert_eq!(used, [format!("1: {first}"), format!("2: {second}")].into(), "each call has one, in all its lives");
        for key in [first, second] {
            assert!(keys.lock().unwrap().insert(key), "no two calls have the same, and no two runs");
        }
    })
    .await;
}

pub async fn rule_7_a_pause_in_a_call_begins_anew(case: &Case<'_, impl Bench>) {
    #[durable]
    #[retry(max = 1, backoff = "fixed", base = "3s", jitter = 0.0, attempt)]
    async fn ask() -> Outcome<()> {
        note(format!("attempt {attempt}"));
        if attempt == 1 { Err("busy".to_owned()) } else { Ok(()) }
    }
    async fn flow() -> Outcome<()> {
        let (asked, ()) = tokio::join!(ask(), async {
            sleep(Duration::from_millis(1500)).await;
            point("in the middle of the pause").await;
        });
        asked
    }
    let began = Instant::now();
    let ended = case.dying(Deaths::At(1), nobody, flow).await;
    assert_eq!((ended.outcome, ended.world.lives()), (Ok(()), 2));
    assert_eq!([ended.world.notes_of(1), ended.world.notes_of(2)], [vec!["attempt 1"], vec!["attempt 1", "attempt 2"]]);
    assert!(began.elapsed() >= Duration::from_millis(4450), "half of it, and all of it again: {:?}", began.elapsed());
}
