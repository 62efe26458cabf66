//! Rule 10: what was read back is told as that.

use reliable::{Decision, Event, Fault, durable, requires_approval};

use crate::bench::Bench;
use crate::lab::{Case, Human, nobody};
use crate::world::{Deaths, Outcome, act, call, point};

pub async fn rule_10_what_is_read_back_is_told_as_that(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<()> {
        for n in 1..=4 {
            call("step", format!("step {n}"), 1).await?;
        }
        Ok(())
    }
    // Behind the third of them.
    let ended = case.dying(Deaths::At(6), nobody, flow).await;
    assert_eq!((ended.outcome, ended.world.lives()), (Ok(()), 2));
    let read_back = |number| Event::ReadBack { tool: "step".into(), number, same_arguments: true };
    let told = |life| -> Vec<Event> {
        let told = ended.world.told_in(life);
        told.into_iter().filter(|event| matches!(event, Event::ReadBack { .. })).collect()
    };
    assert_eq!(told(1), []);
    assert_eq!(told(2), [1, 2, 3].map(read_back));
}

pub async fn rule_10_a_question_is_told_once(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    #[durable]
    async fn send() -> Result<String, Fault> {
        act("sent").await;
        Ok("sent".into())
    }
    async fn flow() -> Result<String, Fault> {
        let sent = send().await?;
        point("behind it").await;
        Ok(sent)
    }
    let human: Human = |_| Some(Decision::approve().by("ana"));
    case.wherever_it_dies(human, flow, |ended| {
        let told: Vec<_> = (1..=ended.world.lives()).map(|life| ended.world.told_in(life)).collect();
        let times = |is: fn(&Event) -> bool| told.iter().flatten().filter(|event| is(event)).count();
        assert_eq!(times(|event| matches!(event, Event::Asked { .. })), 1, "{told:?}");
        assert_eq!(times(|event| matches!(event, Event::Approved { .. })), 1, "{told:?}");
    })
    .await;
}
