//! What `remember` does: an answer holds for later calls, and never for one that it was not given for.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::approver::{self, Scripted};
use reliable::{Approver, Decision, Event, Fault, Grants, Recorder, Request, Scope, Step, agent, requires_approval};
use tokio::time::{advance, sleep};

#[requires_approval(remember)]
async fn refund(amount: u32, to: &str) -> Result<u32, Fault> {
    let _ = to;
    Ok(amount)
}

#[requires_approval(remember(to))]
async fn send_email(to: &str, body: &str) -> Result<usize, Fault> {
    let _ = to;
    Ok(body.len())
}

#[requires_approval]
async fn delete(path: &str) -> Result<usize, Fault> {
    Ok(path.len())
}

/// Answers in turn, and remembers; asked again it denies.
struct Humans {
    script: Scripted,
    grants: Grants,
}

impl Humans {
    fn saying(answers: impl IntoIterator<Item = Decision>) -> Self {
        Humans::with(Grants::new(), answers)
    }

    fn with(grants: Grants, answers: impl IntoIterator<Item = Decision>) -> Self {
        Humans { script: Scripted::new(answers), grants }
    }

    fn scope(&self) -> Scope {
        Scope::current().approver(self.script.clone()).grants(&self.grants)
    }

    async fn ask<T>(&self, call: impl Future<Output = Result<T, Fault>>) -> Result<T, String> {
        self.scope().run(call).await.map_err(|fault| fault.to_string())
    }

    fn asked(&self) -> usize {
        self.script.requests().len()
    }
}

fn always() -> Decision {
    Decision::approve().by("ana").remember()
}

fn never() -> Decision {
    Decision::deny("not him").by("bob").remember()
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

async fn is_asked_again<T: Debug, F: Future<Output = Result<T, Fault>>>(call: impl Fn() -> F) -> bool {
    let humans = Humans::saying([always(), always()]);
    humans.ask(call()).await.unwrap();
    humans.ask(call()).await.unwrap();
    humans.asked() == 2
}

#[tokio::test]
async fn a_yes_holds_for_the_same_call_and_no_other() {
    let humans = Humans::saying([always()]);
    for _ in 0..3 {
        assert_eq!(humans.ask(refund(40, "eve")).await, Ok(40));
    }
    assert_eq!(humans.asked(), 1);
    assert!(humans.ask(refund(41, "eve")).await.is_err());
    assert!(humans.ask(refund(40, "eva")).await.is_err());
    assert_eq!(humans.asked(), 3);
}

#[tokio::test]
async fn a_yes_for_a_name_holds_whatever_the_rest_is() {
    let humans = Humans::saying([always()]);
    assert_eq!(humans.ask(send_email("eve", "Hi")).await, Ok(2));
    assert_eq!(humans.ask(send_email("eve", "Good morning")).await, Ok(12));
    assert!(humans.ask(send_email("eva", "Hi")).await.is_err());
    assert_eq!(humans.asked(), 2);
}

#[tokio::test]
async fn it_must_be_allowed_and_chosen_and_there_must_be_a_memory() {
    let humans = Humans::saying([always(), Decision::approve(), always()]);
    humans.ask(delete("/tmp")).await.unwrap();
    assert_eq!(humans.script.requests()[0].remember, None, "and nobody is offered it");
    assert!(humans.grants.list().is_empty(), "the attribute has no `remember`");
    humans.ask(refund(40, "eve")).await.unwrap();
    assert!(humans.grants.list().is_empty(), "nobody chose it");
    let without = Scope::current().approver(humans.script.clone());
    without.clone().run(refund(40, "eve")).await.unwrap();
    assert!(without.run(refund(40, "eve")).await.is_err(), "nobody remembers it");
    assert!(humans.script.requests()[3].remember.is_none() && humans.grants.list().is_empty());
}

#[tokio::test]
async fn whoever_is_asked_knows_for_what_it_would_be_remembered() {
    let humans = Humans::with(Grants::for_at_most(secs(86400)), []);
    let _ = humans.ask(refund(40, "eve")).await;
    let _ = humans.ask(send_email("eve", "Hi")).await;
    let offered: Vec<_> = humans.script.requests().into_iter().map(|request| request.remember.unwrap()).collect();
    assert_eq!((offered[0].same.as_ref(), offered[0].at_most), (None, Some(secs(86400))));
    assert_eq!(offered[1].same.as_deref().unwrap(), ["to"]);
    assert_eq!(offered[0].to_string(), "this very call, for 1d");
    assert_eq!(offered[1].to_string(), "every call with the same `to`, for 1d");
}

#[tokio::test]
async fn a_no_is_remembered_too_and_says_why() {
    let humans = Humans::saying([never()]);
    for _ in 0..2 {
        let told = humans.ask(send_email("eve", "Hi")).await.unwrap_err();
        assert_eq!(told, "`send_email` was denied: not him");
    }
    assert_eq!(humans.asked(), 1);
}

/// Two questions about one call are open at once.
async fn answered_at_once(first: Decision, second: Decision) -> (Humans, Vec<Result<u32, String>>) {
    let (approver, mut inbox) = approver::channel();
    let grants = Grants::new();
    let scope = Scope::current().approver(approver).grants(&grants);
    let ui = async {
        let (one, other) = (inbox.next().await.unwrap(), inbox.next().await.unwrap());
        one.answer(first);
        sleep(secs(1)).await;
        assert!(other.answer(second), "an answer to one is none to another");
    };
    let call = || scope.clone().run(refund(40, "eve"));
    let (one, other, ()) = tokio::join!(call(), call(), ui);
    let outcomes = [one, other].map(|outcome| outcome.map_err(|fault| fault.to_string()));
    (Humans::with(grants, []), outcomes.into())
}

#[tokio::test(start_paused = true)]
async fn a_no_goes_before_a_yes_whichever_comes_first() {
    for (first, second) in [(always(), never()), (never(), always())] {
        let approved = [first == always(), second == always()];
        let (humans, outcomes) = answered_at_once(first, second).await;
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), approved, "each is answered for itself");
        assert_eq!(humans.ask(refund(40, "eve")).await.unwrap_err(), "`refund` was denied: not him");
        assert_eq!((humans.asked(), humans.grants.list().len()), (0, 1));
    }
}

#[tokio::test]
async fn each_use_is_told_with_who_once_said_it_and_an_id_of_its_own() {
    let (humans, recorder) = (Humans::saying([always(), never()]), Recorder::new());
    let scope = || humans.scope().recorder(&recorder);
    for _ in 0..2 {
        scope().run(refund(40, "eve")).await.unwrap();
        scope().run(refund(50, "eve")).await.unwrap_err();
    }
    let report = recorder.report();
    let events: Vec<&Event> = report.entries().iter().map(|entry| &entry.event).collect();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Asked { .. })).count(), 2);
    let Event::Approved { id, by, waited, arguments, remembered: true, .. } = events[4] else { panic!("{events:?}") };
    assert_eq!((by.as_deref(), *waited, arguments.len()), (Some("ana"), Duration::ZERO, 2));
    let ids: Vec<_> = humans.script.requests().into_iter().map(|request| request.id).collect();
    assert!(!ids.contains(id), "it is another question");
    assert_eq!(events[4].to_string(), "approved as before by ana");
    let Event::Refused { by, remembered: true, .. } = events[5] else { panic!("{events:?}") };
    assert_eq!(by.as_deref(), Some("bob"));
    assert!(matches!(events[1], Event::Approved { remembered: false, .. }), "{events:?}");
}

#[tokio::test]
async fn each_use_is_told_with_the_run_that_it_belongs_to() {
    #[agent]
    async fn desk(steps: &mut u32) -> Result<Step<()>, Fault> {
        *steps += 1;
        refund(40, "eve").await?;
        Ok(if *steps < 2 { Step::Next } else { Step::Done(()) })
    }
    let (humans, recorder) = (Humans::saying([always()]), Recorder::new());
    humans.scope().recorder(&recorder).run(desk(&mut 0)).await.unwrap();
    let trail = recorder.report().approvals();
    assert_eq!(
        trail.iter().map(|row| (row.remembered, row.step)).collect::<Vec<_>>(),
        [(false, Some(1)), (true, Some(2))]
    );
    assert!(trail[0].run.is_some() && trail[1].run == trail[0].run, "{trail:?}");
}

#[tokio::test(start_paused = true)]
async fn a_grant_expires_to_the_second() {
    let humans = Humans::with(Grants::for_at_most(secs(60)), [always(), always()]);
    humans.ask(refund(40, "eve")).await.unwrap();
    advance(Duration::from_millis(59_999)).await;
    humans.ask(refund(40, "eve")).await.unwrap();
    assert_eq!((humans.asked(), humans.grants.list().len()), (1, 1), "a use does not make it last longer");
    advance(Duration::from_millis(1)).await;
    assert!(humans.grants.list().is_empty());
    humans.ask(refund(40, "eve")).await.unwrap();
    assert_eq!(humans.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_remembered_is_listed_and_revoked() {
    let humans = Humans::saying([always(), always(), never(), always()]);
    humans.ask(refund(40, "eve")).await.unwrap();
    advance(secs(5)).await;
    humans.ask(send_email("eve", "Hi\u{202e}")).await.unwrap();
    humans.ask(send_email("mallory", "Hi")).await.unwrap_err();
    let told = |grants: &Grants| grants.list().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(&humans.grants),
        [
            r#"refund(amount = 40, to = "eve"): yes, by ana, 5s ago"#,
            r#"send_email(to = "eve", …): yes, by ana, 0ms ago"#,
            r#"send_email(to = "mallory", …): no, not him, by bob, 0ms ago"#,
        ]
    );
    let grants = humans.grants.list();
    assert_eq!(grants[0].question, humans.script.requests()[0].id, "the trail has the same");
    assert!(serde_json::to_string(&grants).unwrap().contains("mallory"));
    assert!(humans.grants.revoke(grants[0].question) && !humans.grants.revoke(grants[0].question));
    humans.ask(refund(40, "eve")).await.unwrap();
    assert_eq!(humans.asked(), 4, "asked again");
    assert_eq!(humans.grants.clone().revoke_tool("send_email"), 2, "a clone is the same memory");
    assert_eq!(told(&humans.grants), [r#"refund(amount = 40, to = "eve"): yes, by ana, 0ms ago"#]);
    assert_eq!((humans.grants.revoke_all(), humans.grants.revoke_all()), (1, 0));
    assert!(humans.ask(refund(40, "eve")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_let_go_of_and_the_rest_is_not() {
    let grants = Grants::for_at_most(secs(60));
    let humans = Humans::with(grants.clone(), (0..3000).map(|_| always()));
    for amount in 0..1000 {
        humans.ask(refund(amount, "eve")).await.unwrap();
    }
    assert_eq!(grants.list().len(), 1000);
    advance(secs(61)).await;
    for amount in 0..1000 {
        humans.ask(refund(amount, "eva")).await.unwrap();
    }
    assert_eq!(grants.list().len(), 1000);
    for amount in 0..1000 {
        humans.ask(refund(amount, "eva")).await.unwrap();
    }
    assert_eq!(humans.asked(), 2000);
}

mod the_digest {
    use super::*;

    #[derive(Debug)]
    struct Opaque;

    /// Its words hide what it is.
    #[derive(Hash)]
    struct Card(&'static str);

    impl Debug for Card {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("[REDACTED]")
        }
    }

    #[requires_approval(remember, redact(card))]
    async fn redacted(amount: u32, card: &str) -> Result<u32, Fault> {
        let _ = card;
        Ok(amount)
    }

    #[requires_approval(remember, show(amount))]
    async fn not_shown(amount: u32, card: &str) -> Result<u32, Fault> {
        let _ = card;
        Ok(amount)
    }

    #[requires_approval(remember)]
    async fn hides_itself(amount: u32, card: Card) -> Result<u32, Fault> {
        let _ = card;
        Ok(amount)
    }

    #[requires_approval(remember)]
    async fn opaque(amount: u32, opaque: &Opaque) -> Result<u32, Fault> {
        let _ = opaque;
        Ok(amount)
    }

    #[requires_approval(remember, show(amount))]
    async fn opaque_and_hidden(amount: u32, opaque: &Opaque) -> Result<u32, Fault> {
        let _ = opaque;
        Ok(amount)
    }

    #[requires_approval(remember)]
    async fn without_a_name(amount: u32, _: u32) -> Result<u32, Fault> {
        Ok(amount)
    }

    #[requires_approval(remember, show(amount))]
    async fn without_a_name_and_hidden(amount: u32, (to, _): (u32, u32)) -> Result<u32, Fault> {
        Ok(amount + to - to)
    }

    #[requires_approval(remember(amount))]
    async fn named(amount: u32, opaque: &Opaque, _: u32) -> Result<u32, Fault> {
        let _ = opaque;
        Ok(amount)
    }

    #[requires_approval(remember(opaque))]
    async fn named_and_opaque(amount: u32, opaque: &Opaque) -> Result<u32, Fault> {
        let _ = opaque;
        Ok(amount)
    }

    async fn digest<T>(call: impl Future<Output = Result<T, Fault>>) -> Option<approver::Digest> {
        approver::asks(call).await.digest
    }

    #[tokio::test]
    async fn covers_what_nobody_is_shown() {
        assert_eq!(digest(redacted(1, "no. 1234")).await, digest(redacted(1, "no. 1234")).await);
        assert!(digest(redacted(1, "no. 1234")).await.is_some());
        assert_ne!(digest(redacted(1, "no. 1234")).await, digest(redacted(1, "no. 5678")).await);
        assert_ne!(digest(not_shown(1, "no. 1234")).await, digest(not_shown(1, "no. 5678")).await);
        assert_ne!(digest(hides_itself(1, Card("no. 1234"))).await, digest(hides_itself(1, Card("no. 5678"))).await);
        let humans = Humans::saying([always(), Decision::deny("another card")]);
        humans.ask(redacted(1, "no. 1234")).await.unwrap();
        assert!(humans.ask(redacted(1, "no. 5678")).await.is_err());
        assert_eq!(humans.asked(), 2);
        assert!(!format!("{:?} {:?}", humans.script.requests(), humans.grants).contains("no. 1234"));
    }

    #[tokio::test]
    async fn is_absent_where_something_can_not_be_told() {
        assert_eq!(digest(opaque(1, &Opaque)).await, None);
        assert_eq!(digest(opaque_and_hidden(1, &Opaque)).await, None);
        assert_eq!(digest(without_a_name(1, 2)).await, None);
        assert_eq!(digest(without_a_name_and_hidden(1, (2, 3))).await, None);
        assert!(is_asked_again(|| opaque(1, &Opaque)).await);
        assert!(is_asked_again(|| opaque_and_hidden(1, &Opaque)).await);
        assert!(is_asked_again(|| without_a_name(1, 2)).await);
        assert!(is_asked_again(|| without_a_name_and_hidden(1, (2, 3))).await);
        assert!(is_asked_again(|| named_and_opaque(1, &Opaque)).await);
        assert!(!is_asked_again(|| named(1, &Opaque, 2)).await, "the rest does not matter");
    }

    #[tokio::test]
    async fn is_told_even_where_nothing_is_remembered() {
        assert!(digest(delete("/tmp")).await.is_some());
        assert_ne!(digest(delete("/tmp")).await, digest(delete("/home")).await);
        assert_eq!(digest(approver_by_hand()).await, None);
    }

    #[tokio::test]
    async fn by_hand_is_absent_where_an_argument_came_before_the_function() {
        use reliable::Approval;
        use reliable::expansion::Inspect;

        let told = || Inspect::new(&40).digested().argument();
        assert!(digest(Approval::new("refund").here(|| {}).argument("amount", told()).ask()).await.is_some());
        for late in [
            Approval::new("refund").argument("amount", told()).here(|| {}),
            Approval::new("refund").argument("amount", told()).by_name(),
            Approval::new("refund").here(|| {}).argument("amount", told()).by_name(),
        ] {
            assert_eq!(digest(late.ask()).await, None);
        }
    }

    async fn approver_by_hand() -> Result<(), Fault> {
        reliable::Approval::new("refund").show("amount", "40".to_owned()).ask().await
    }
}

mod nobody_shares_a_grant {
    use super::*;

    /// Says yes to the first and remembers it: whether the second is asked as well.
    async fn are_apart<A, B>(
        first: impl Future<Output = Result<A, Fault>>,
        second: impl Future<Output = Result<B, Fault>>,
    ) -> bool {
        let humans = Humans::saying([always()]);
        assert!(humans.ask(first).await.is_ok());
        humans.ask(second).await.is_err() && humans.asked() == 2
    }

    mod bank {
        #[super::requires_approval(remember(to))]
        pub(super) async fn send(to: &str) -> Result<(), super::Fault> {
            let _ = to;
            Ok(())
        }
    }

    mod mail {
        #[super::requires_approval(remember(to))]
        pub(super) async fn send(to: &str) -> Result<(), super::Fault> {
            let _ = to;
            Ok(())
        }

        #[super::requires_approval(remember, name = "send")]
        pub(super) async fn send_all(to: &str) -> Result<(), super::Fault> {
            let _ = to;
            Ok(())
        }
    }

    #[tokio::test]
    async fn with_a_function_of_its_name() {
        assert!(!are_apart(bank::send("eve"), bank::send("eve")).await);
        assert!(are_apart(bank::send("eve"), mail::send("eve")).await);
        assert!(are_apart(mail::send_all("eve"), bank::send("eve")).await);
    }

    #[tokio::test]
    async fn with_a_function_of_its_path() {
        async fn first() -> Result<(), Fault> {
            {
                #[requires_approval(remember)]
                async fn pay() -> Result<(), Fault> {
                    Ok(())
                }
                pay().await?;
            }
            {
                #[requires_approval(remember)]
                async fn pay() -> Result<(), Fault> {
                    Ok(())
                }
                pay().await
            }
        }
        let humans = Humans::saying([always(), always()]);
        humans.ask(first()).await.unwrap();
        assert_eq!(humans.asked(), 2, "they stand in two blocks of one function");
        humans.ask(first()).await.unwrap();
        assert_eq!(humans.asked(), 2);
    }

    struct Bank;

    #[derive(Debug, Hash)]
    struct Account(u32);

    trait Closes {
        fn close(&self, to: &str) -> impl Future<Output = Result<(), Fault>>;
    }

    impl Bank {
        #[requires_approval(remember)]
        async fn pay(&self, to: &str) -> Result<(), Fault> {
            let _ = to;
            Ok(())
        }
    }

    impl Account {
        #[requires_approval(remember)]
        async fn pay(&self, to: &str) -> Result<(), Fault> {
            let _ = to;
            Ok(())
        }
    }

    impl Closes for Bank {
        #[requires_approval(remember(to))]
        async fn close(&self, to: &str) -> Result<(), Fault> {
            let _ = to;
            Ok(())
        }
    }

    impl Closes for Account {
        #[requires_approval(remember(to))]
        async fn close(&self, to: &str) -> Result<(), Fault> {
            let _ = to;
            Ok(())
        }
    }

    #[tokio::test]
    async fn with_a_method_of_another_type_or_value() {
        assert!(!are_apart(Bank.pay("eve"), Bank.pay("eve")).await, "there is only one of them");
        assert!(are_apart(Bank.pay("eve"), Account(1).pay("eve")).await);
        assert!(!are_apart(Account(1).pay("eve"), Account(1).pay("eve")).await);
        assert!(are_apart(Account(1).pay("eve"), Account(2).pay("eve")).await);
        assert!(are_apart(Bank.close("eve"), Account(1).close("eve")).await);
        assert!(!are_apart(Account(2).close("eve"), Account(1).close("eve")).await, "only `to` counts");
    }

    #[requires_approval(remember)]
    async fn shout<T: std::hash::Hash>(words: T) -> Result<(), Fault> {
        let _ = words;
        Ok(())
    }

    #[requires_approval(remember(to))]
    async fn call<T: Default>(to: &str) -> Result<(), Fault> {
        let (_, _) = (to, T::default());
        Ok(())
    }

    #[tokio::test]
    async fn with_another_type_of_a_generic_function() {
        assert!(!are_apart(shout(1_u8), shout(1_u8)).await);
        assert!(are_apart(shout(1_u8), shout(1_u16)).await);
        assert!(are_apart(call::<u8>("eve"), call::<u16>("eve")).await, "which is in no argument");
    }

    #[requires_approval(remember, reason = reason)]
    async fn reasoned(amount: u32, #[allow(unused)] reason: &'static str) -> Result<u32, Fault> {
        Ok(amount)
    }

    #[requires_approval(remember, name = name())]
    async fn renamed(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }

    static NAME: Mutex<&str> = Mutex::new("pay");

    fn name() -> &'static str {
        *NAME.lock().unwrap()
    }

    #[requires_approval(remember, reason = *REASON.lock().unwrap())]
    async fn because(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }

    static REASON: Mutex<&str> = Mutex::new("it is small");

    #[tokio::test]
    async fn with_what_was_asked_in_another_way() {
        assert!(are_apart(reasoned(1, "it is small"), reasoned(1, "it is a test")).await);
        let other_name = async {
            *NAME.lock().unwrap() = "refund";
            renamed(1).await
        };
        assert!(are_apart(renamed(1), other_name).await);
        let other_reason = async {
            *REASON.lock().unwrap() = "it is a fraud";
            because(1).await
        };
        assert!(are_apart(because(1), other_reason).await);
    }
}

#[tokio::test]
async fn a_correction_is_for_one_call() {
    #[requires_approval(remember, edit(amount))]
    async fn pay(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
    let humans = Humans::saying([always().edit("amount", 5), always()]);
    assert_eq!(humans.ask(pay(9)).await, Ok(5));
    assert!(humans.grants.list().is_empty());
    assert_eq!(humans.ask(pay(9)).await, Ok(9));
    assert_eq!(humans.ask(pay(9)).await, Ok(9));
    assert_eq!(humans.asked(), 2);
}

#[tokio::test]
async fn a_test_that_looks_for_the_question_finds_it() {
    let humans = Humans::saying([always()]);
    humans.ask(refund(40, "eve")).await.unwrap();
    let question = humans.scope().run(approver::asks(refund(40, "eve"))).await;
    assert_eq!(question.to_string(), r#"refund(amount = 40, to = "eve")"#);
    assert_eq!(humans.grants.list().len(), 1, "and its denial is not remembered");
}

#[tokio::test]
async fn an_approver_that_decides_at_once_may_remember() {
    struct Policy;
    impl Approver for Policy {
        fn at_once(&self, _: &Request) -> Option<Decision> {
            Some(always())
        }
        async fn review(&self, _: &Request) -> Decision {
            unreachable!()
        }
    }
    let grants = Grants::new();
    Scope::current().approver(Policy).grants(&grants).run(refund(40, "eve")).await.unwrap();
    assert_eq!(Scope::current().grants(&grants).run(refund(40, "eve")).await, Ok(40));
}

#[tokio::test]
async fn an_inner_scope_has_its_own_and_a_task_takes_it_along() {
    let humans = Humans::saying([always()]);
    humans.ask(refund(40, "eve")).await.unwrap();
    let spawned = async { reliable::spawn(refund(40, "eve")).await.unwrap() };
    assert_eq!(humans.ask(spawned).await, Ok(40));
    let inner = async { Scope::current().grants(&Grants::new()).run(refund(40, "eve")).await };
    assert!(humans.ask(inner).await.is_err());
    assert_eq!(humans.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_method_may_name_itself_and_a_pattern_its_parts() {
    #[derive(Debug, Hash)]
    struct Account(u32);
    impl Account {
        #[requires_approval(remember(self, to))]
        async fn pay(&self, (to, amount): (&str, u32)) -> Result<u32, Fault> {
            let _ = to;
            Ok(amount)
        }
    }
    let humans = Humans::saying([always()]);
    assert_eq!(humans.ask(Account(1).pay(("eve", 4))).await, Ok(4));
    assert_eq!(humans.ask(Account(1).pay(("eve", 5))).await, Ok(5));
    assert!(humans.ask(Account(2).pay(("eve", 5))).await.is_err());
    assert_eq!(humans.grants.list()[0].to_string(), r#"pay(self = Account(1), to = "eve", …): yes, by ana, 0ms ago"#);
}

/// Each runtime that is paused has a clock of its own.
#[test]
fn a_grant_outlives_a_clock_that_was_set_back() {
    let grants = Grants::for_at_most(secs(3600));
    let ahead = secs(30 * 86400);
    let run = |ahead: Option<Duration>, answers: Vec<Decision>| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let humans = Humans::with(grants.clone(), answers);
        runtime.block_on(async {
            if let Some(ahead) = ahead {
                advance(ahead).await;
            }
            humans.ask(refund(40, "eve")).await.is_ok()
        })
    };
    assert!(run(Some(ahead), vec![always()]));
    assert!(!run(None, vec![]), "nobody knows how old it is");
    let lasting = Grants::new();
    let humans = Humans::with(lasting, [always()]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { humans.ask(refund(40, "eve")).await.unwrap() });
    runtime.block_on(async { humans.ask(refund(40, "eve")).await.unwrap() });
}

#[tokio::test]
async fn many_threads_share_one_memory() {
    let grants = Arc::new(Grants::new());
    let calls = (0..8_u32).map(|n| {
        let grants = Arc::clone(&grants);
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let humans = Humans::with((*grants).clone(), (0..50).map(|_| always()));
            for amount in 0..50 {
                runtime.block_on(humans.ask(refund(amount + n % 2 * 100, "eve"))).unwrap();
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(grants.list().len(), 100);
}

/// What a macro may write for each tool: all of it stands at one place of the source.
mod of_one_macro {
    use super::{Fault, requires_approval};

    pub(super) trait Tool {
        async fn call() -> Result<u32, Fault>;
    }

    pub(super) struct Reads;
    pub(super) struct Deletes;

    macro_rules! tools {
        ($($tool:ident)*) => {
            $(const _: () = {
                #[requires_approval(remember)]
                async fn run() -> Result<u32, Fault> {
                    Ok(1)
                }

                impl Tool for $tool {
                    async fn call() -> Result<u32, Fault> {
                        run().await
                    }
                }
            };)*
        };
    }

    tools!(Reads Deletes);
}

#[tokio::test]
async fn what_one_macro_writes_has_nothing_in_common() {
    use of_one_macro::{Deletes, Reads, Tool};

    let humans = Humans::saying([always(), always()]);
    for _ in 0..2 {
        assert_eq!((humans.ask(Reads::call()).await, humans.ask(Deletes::call()).await), (Ok(1), Ok(1)));
    }
    assert_eq!(humans.asked(), 2);
}
