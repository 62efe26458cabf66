//! Rule 6: answers that hold for later questions, too, are remembered by the store.

use reliable::approver::Scripted;
use reliable::durable::{Question, StoreGrant, TrailEntry, Workflows};
use reliable::{Decision, Event, Fault, Scope, durable, requires_approval};

use crate::bench::Bench;
use crate::lab::{Case, nobody, until};
use crate::world::{Deaths, World, act, point};

type Outcome = Result<String, Fault>;

/// Each case has a sender of its own: cases may share a store.
macro_rules! senders {
    ($($sender:ident)*) => {
        $(mod $sender {
            use super::*;

            #[requires_approval(remember(to))]
            #[durable]
            pub(super) async fn send(to: &str, words: &str) -> Outcome {
                let sent = format!("{words} to {to}");
                act(&sent).await;
                Ok(sent)
            }
        })*
    };
}

senders!(later no_first revoked same_in_each_life by_an_approver listed);

/// What is remembered for this sender, the eldest first.
async fn grants(case: &Case<'_, impl Bench>, sender: &str) -> Vec<StoreGrant> {
    let mut grants = case.runs().grants().list().await.unwrap();
    grants.retain(|grant| grant.alike.function == format!("{}::{sender}::send", module_path!()));
    grants
}

/// Ready when this is remembered: on some engines that is a moment after the answer, when a process is there.
async fn remembered(case: &Case<'_, impl Bench>, sender: &str, is_it: impl Fn(&StoreGrant) -> bool) -> StoreGrant {
    let process = case.bench().start(Workflows::new()).await;
    let grant = until(async || grants(case, sender).await.into_iter().find(&is_it)).await;
    case.bench().kill(process).await;
    grant
}

fn always() -> Decision {
    Decision::approve().by("ana").remember()
}

async fn answer(case: &Case<'_, impl Bench>, question: &Question, decision: Decision) -> bool {
    case.runs().inbox().answer(&question.id, decision).await.unwrap()
}

async fn trail(case: &Case<'_, impl Bench>, run: &str) -> Vec<TrailEntry> {
    case.runs().trail(run).await.unwrap()
}

pub async fn rule_6_an_answer_holds_for_later_runs(case: &Case<'_, impl Bench>) {
    use later::send;
    let (first, world) = (case.submit("first").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &first, || send("ana", "Good morning")).await;
    assert!(question.request.remember.is_some(), "it is offered");
    assert!(answer(case, &question, always()).await, "while nothing runs");
    assert_eq!(
        case.until_it_ends(&world, &first, || send("ana", "Good morning")).await.unwrap().unwrap(),
        "Good morning to ana"
    );

    remembered(case, "later", |_| true).await;
    let (second, world) = (case.submit("second").await, World::new(Deaths::None));
    let outcome = case.until_it_ends(&world, &second, || send("ana", "Good night")).await.unwrap();
    assert_eq!(outcome.unwrap(), "Good night to ana", "and nobody was asked");
    let told = world.told_in(1);
    assert!(!told.iter().any(|event| matches!(event, Event::Asked { .. })), "{told:?}");
    let approved = told.iter().find_map(|event| match event {
        Event::Approved { by, remembered, id, .. } => Some((by.clone(), *remembered, *id)),
        _ => None,
    });
    let trail = trail(case, &second).await;
    assert_eq!(approved, Some((Some("ana".to_owned()), true, trail[0].question.id)), "{told:?}");
    assert_eq!((trail.len(), trail[0].remembered), (1, Some(question.id)), "{trail:?}");
    assert_eq!(trail[0].decision, Some(Decision::approve().by("ana")));
    assert_eq!(trail[0].question.request.to_string(), r#"send(to = "ana", words = "Good night")"#);

    let (third, world) = (case.submit("third").await, World::new(Deaths::None));
    case.until_it_asks(&world, &third, || send("bo", "Good night")).await;
    assert!(case.runs().cancel(&third).await.unwrap(), "somebody else is asked about");
}

/// Two are open when both are answered.
pub async fn rule_6_a_no_goes_before_a_yes(case: &Case<'_, impl Bench>) {
    use no_first::send;
    let no = || Decision::deny("not to eve").by("bo").remember();
    for (name, answers) in [("yes-no", [always(), no()]), ("no-yes", [no(), always()])] {
        let to = format!("eve {name}");
        let worlds = [(); 2].map(|()| World::new(Deaths::None));
        let mut asked = Vec::new();
        for (n, world) in worlds.iter().enumerate() {
            let (run, to) = (case.submit(format_args!("{name}-{n}")).await, to.clone());
            let flow = move || {
                let to = to.clone();
                async move { send(&to, "Hi").await }
            };
            asked.push(case.until_it_asks(world, &run, flow).await);
            assert_eq!(asked[n].run, run);
        }
        for (question, decision) in asked.iter().zip(answers) {
            assert!(answer(case, question, decision).await);
            assert!(case.runs().cancel(&question.run).await.unwrap(), "that it is remembered does not hang on it");
        }
        let is_no = |grant: &StoreGrant| grant.question.request.to_string().contains(name) && !grant.is_yes();
        remembered(case, "no_first", is_no).await;
        let (run, world) = (case.submit(format_args!("{name}-later")).await, World::new(Deaths::None));
        let flow = move || {
            let to = to.clone();
            async move { send(&to, "Hi again").await }
        };
        let outcome = case.until_it_ends(&world, &run, flow).await.unwrap();
        assert_eq!(outcome, Err(Fault::Denied { tool: "send".into(), reason: "not to eve".into() }), "{name}");
    }
    assert_eq!(grants(case, "no_first").await.len(), 2, "one for each");
}

pub async fn rule_6_what_is_revoked_holds_no_longer(case: &Case<'_, impl Bench>) {
    use revoked::send;
    let (first, world) = (case.submit("first").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &first, || send("ana", "Hi")).await;
    assert!(answer(case, &question, always()).await);
    remembered(case, "revoked", |_| true).await;
    assert!(case.runs().grants().revoke(&question.id).await.unwrap());
    assert!(!case.runs().grants().revoke(&question.id).await.unwrap(), "it is gone");
    assert_eq!(grants(case, "revoked").await, []);
    assert!(case.runs().cancel(&first).await.unwrap());
    let (second, world) = (case.submit("second").await, World::new(Deaths::None));
    case.until_it_asks(&world, &second, || send("ana", "Hi")).await;
    assert!(case.runs().cancel(&second).await.unwrap());
}

/// Also if it is revoked in between.
pub async fn rule_6_what_was_remembered_is_the_same_in_each_life(case: &Case<'_, impl Bench>) {
    use same_in_each_life::send;
    async fn flow() -> Outcome {
        let sent = send("ana", "Hi").await?;
        point("behind it").await;
        send("ana", "Hi again").await?;
        point("behind both").await;
        Ok(sent)
    }
    let (first, world) = (case.submit("first").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &first, || send("ana", "Hi")).await;
    assert!(answer(case, &question, always()).await);
    remembered(case, "same_in_each_life", |_| true).await;
    assert!(case.runs().cancel(&first).await.unwrap());
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome.unwrap(), "Hi to ana")).await;

    let (run, world) = (case.submit("revoked").await, World::new(Deaths::At(1)));
    let process = case.start(&world, || send("ana", "Hi")).await;
    world.death().await;
    case.kill(process, &world, &run).await;
    assert!(case.runs().grants().revoke(&question.id).await.unwrap());
    assert_eq!(case.until_it_ends(&world, &run, || send("ana", "Hi")).await.unwrap().unwrap(), "Hi to ana");
    let trail = trail(case, &run).await;
    assert_eq!((trail.len(), trail[0].remembered), (1, Some(question.id)), "{trail:?}");
}

pub async fn rule_6_what_an_approver_says_is_remembered(case: &Case<'_, impl Bench>) {
    use by_an_approver::send;
    async fn flow() -> Outcome {
        let ana = Scripted::new([always()]);
        Scope::current().approver(ana).run(send("ana", "Hi")).await
    }
    let (first, world) = (case.submit("first").await, World::new(Deaths::None));
    case.until_it_ends(&world, &first, flow).await.unwrap().unwrap();
    remembered(case, "by_an_approver", |_| true).await;
    let (second, world) = (case.submit("second").await, World::new(Deaths::None));
    assert_eq!(case.until_it_ends(&world, &second, || send("ana", "Hi")).await.unwrap().unwrap(), "Hi to ana");
    assert_eq!(trail(case, &second).await[0].remembered, Some(trail(case, &first).await[0].question.id));
}

pub async fn rule_6_what_is_remembered_is_listed(case: &Case<'_, impl Bench>) {
    use listed::send;
    #[requires_approval]
    async fn pay() -> Result<(), Fault> {
        Ok(())
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, || send("ana", "Hi")).await;
    assert!(answer(case, &question, always()).await);
    let listed = remembered(case, "listed", |_| true).await;
    assert_eq!(listed.to_string(), r#"send(to = "ana", …): yes, by ana"#);
    assert_eq!((&listed.question, listed.expires_at), (&question, None));
    assert!(listed.given_at >= question.asked_at);
    assert_eq!(listed.decision, Decision::approve().by("ana"));

    let (other, world) = (case.submit("other").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &other, pay).await;
    assert_eq!(question.request.remember, None, "its attribute does not allow it");
    assert!(answer(case, &question, always()).await);
    let all = case.runs().grants().list().await.unwrap();
    assert!(all.iter().all(|grant| grant.question.id != question.id), "{all:?}");
    case.runs().cancel(&run).await.unwrap();
}
