//! `edit(…)`: a human corrects the call, and what runs, what the policies see and what the events tell is the corrected one.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::mem::take;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use reliable::approver::Scripted;
use reliable::{Approval, Decision, Event, Fault, Scope, fallback, requires_approval, retry, timeout};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a call gives when it is answered so, and what is told of it.
async fn answered<R>(answer: Decision, call: impl Future<Output = R>) -> (R, Vec<Event>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let scope = Scope::current().approver(Scripted::new([answer]));
    let outcome = scope.listen(move |event| heard.lock().unwrap().push(event.clone())).run(call).await;
    let events = take(&mut *events.lock().unwrap());
    (outcome, events)
}

async fn yes<R>(answer: Decision, call: impl Future<Output = Result<R, Fault>>) -> R {
    answered(answer, call).await.0.unwrap()
}

/// The reason of a denial, which is the only answer that was told of.
async fn no<R: Debug>(answer: Decision, call: impl Future<Output = Result<R, Fault>>) -> String {
    let (outcome, events) = answered(answer, call).await;
    assert!(!events.iter().any(|event| matches!(event, Event::Approved { .. })), "{events:?}");
    assert!(matches!(events.last(), Some(Event::Refused { by: Some(by), .. }) if by == "ana"), "{events:?}");
    match outcome {
        Err(Fault::Denied { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn approve() -> Decision {
    Decision::approve().by("ana")
}

#[requires_approval(edit(body))]
async fn send_email(to: &str, body: &str) -> Result<String, Fault> {
    Ok(format!("{to}: {body}"))
}

#[tokio::test]
async fn the_corrected_call_runs_and_is_what_the_trail_tells() {
    let call = send_email("ana@example.com", "Hi");
    let (sent, events) = answered(approve().edit("body", "Good morning"), call).await;
    assert_eq!(sent.unwrap(), "ana@example.com: Good morning");
    let [Event::Asked { arguments: asked, .. }, Event::Approved { arguments, edits, .. }] = &*events else {
        panic!("{events:?}")
    };
    assert_eq!(asked[1].value.as_deref(), Some("\"Hi\""));
    assert_eq!(asked.iter().map(|argument| argument.editable).collect::<Vec<_>>(), [false, true]);
    assert_eq!(arguments[0].value.as_deref(), Some("\"ana@example.com\""));
    assert_eq!(arguments[1].value.as_deref(), Some("\"Good morning\""));
    assert_eq!(*edits, arguments[1..]);
    assert!(events[1].to_string().ends_with("approved by ana, with body = \"Good morning\""), "{}", events[1]);
}

#[tokio::test]
async fn without_a_correction_it_runs_as_it_was_asked_about() {
    let (sent, events) = answered(approve(), send_email("ana", "Hi")).await;
    assert_eq!(sent.unwrap(), "ana: Hi");
    assert!(matches!(&events[1], Event::Approved { edits, .. } if edits.is_empty()));
}

#[tokio::test]
async fn an_edit_that_does_not_hold_is_a_denial_that_says_so() {
    let call = || send_email("ana", "Hi");
    assert_eq!(
        no(approve().edit("to", "eve"), call()).await,
        "`to` was corrected, which this call allows for `body` alone"
    );
    let both = approve().edit("body", "Ho").edit("to\u{202e}", "eve");
    assert_eq!(no(both, call()).await, "`to\\u{202e}` was corrected, which this call allows for `body` alone");
    assert_eq!(
        no(approve().edit("body", 7), call()).await,
        "the correction of `body` can't be read: invalid type: integer `7`, expected a string"
    );
    #[requires_approval]
    async fn refund(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
    let reason = no(approve().edit("amount", 7), refund(1)).await;
    assert_eq!(reason, "`amount` was corrected, which this call does not allow");
}

#[tokio::test]
async fn the_last_edit_of_an_argument_holds() {
    assert_eq!(yes(approve().edit("body", 7).edit("body", "Ho"), send_email("ana", "Hi")).await, "ana: Ho");
}

#[tokio::test]
async fn an_edit_of_a_no_is_a_no() {
    assert_eq!(no(Decision::deny("never").by("ana").edit("body", "Ho"), send_email("ana", "Hi")).await, "never");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Order {
    pieces: u32,
    note: Option<String>,
}

fn order(pieces: u32) -> Order {
    Order { pieces, note: None }
}

type Shown = Result<String, Fault>;

#[tokio::test]
async fn arguments_of_every_kind_can_be_corrected() {
    #[requires_approval(edit(text, amount, list, all, order))]
    async fn owned(text: String, amount: u32, list: Option<Vec<u8>>, all: Cow<'_, str>, order: Order) -> Shown {
        Ok(format!("{text} {amount} {list:?} {all} {}", order.pieces))
    }
    let answer = approve().edit("text", "b").edit("amount", 2).edit("list", Some([2])).edit("all", "b");
    let call = owned("a".to_owned(), 1, None, "a".into(), order(1));
    assert_eq!(yes(answer.edit("order", order(2)), call).await, "b 2 Some([2]) b 2");

    #[requires_approval(edit(text, amount, list, order))]
    async fn borrowed(text: &String, amount: &u32, list: &[u8], order: &Order) -> Shown {
        Ok(format!("{text} {amount} {list:?} {}", order.pieces))
    }
    let answer = approve().edit("text", "b").edit("amount", 2).edit("list", [2, 3]).edit("order", order(2));
    assert_eq!(yes(answer, borrowed(&"a".to_owned(), &1, &[1], &order(1))).await, "b 2 [2, 3] 2");

    #[requires_approval(edit(from, to, pieces, note))]
    async fn patterns((from, to): (&str, String), Order { pieces, note }: &Order) -> Shown {
        Ok(format!("{from} {to} {pieces} {note:?}"))
    }
    let answer = approve().edit("from", "b").edit("to", "c").edit("pieces", 2).edit("note", "d");
    assert_eq!(yes(answer, patterns(("a", "a".to_owned()), &order(1))).await, "b c 2 Some(\"d\")");

    #[requires_approval(edit(value, list))]
    async fn generic<T: Debug + Send + Sync + Serialize + DeserializeOwned>(value: T, list: Vec<T>) -> Shown {
        Ok(format!("{value:?} {list:?}"))
    }
    assert_eq!(yes(approve().edit("value", 2).edit("list", [3]), generic(1, Vec::new())).await, "2 [3]");

    #[requires_approval(edit(text, name, r#type))]
    async fn mutable(mut text: String, mut name: &str, r#type: u8) -> Shown {
        text.push('!');
        name = name.trim();
        Ok(format!("{text} {name} {}", r#type))
    }
    let answer = approve().edit("text", "b").edit("name", " c ").edit("type", 7);
    assert_eq!(yes(answer, mutable("a".to_owned(), "a", 1)).await, "b! c 7");
    assert_eq!(yes(approve(), mutable("a".to_owned(), "a", 1)).await, "a! a 1");

    #[requires_approval(edit(amount), when = amount > 1)]
    async fn at_times(#[cfg(any())] gone: u32, #[cfg(all())] amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
    assert_eq!(yes(approve().edit("amount", 1), at_times(1)).await, 1);
    assert_eq!(yes(approve().edit("amount", 1), at_times(2)).await, 1);
}

#[tokio::test]
async fn what_is_asked_in_a_function_that_returns_a_future_can_be_corrected() {
    trait Mail {
        fn send<'a>(&'a self, to: &'a str, body: String) -> Pin<Box<dyn Future<Output = Shown> + Send + 'a>>;
        fn forward<'a>(&'a self, to: &'a str, body: &'a str) -> Pin<Box<dyn Future<Output = Shown> + Send + 'a>>;
    }
    struct Smtp;
    impl Mail for Smtp {
        #[requires_approval(edit(to, body))]
        fn send<'a>(&'a self, to: &'a str, mut body: String) -> Pin<Box<dyn Future<Output = Shown> + Send + 'a>> {
            body.push('!');
            Box::pin(async move { Ok(format!("{to}: {body}")) })
        }

        #[requires_approval(edit(to, body))]
        fn forward<'a>(&'a self, to: &'a str, body: &'a str) -> Pin<Box<dyn Future<Output = Shown> + Send + 'a>> {
            Box::pin(async move { Ok(format!("{to}: {body}")) })
        }
    }
    impl Smtp {
        // As `#[async_trait]` writes it.
        #[requires_approval(edit(to, body))]
        fn post<'a>(&'a self, to: &'a str, body: String) -> Pin<Box<dyn Future<Output = Shown> + Send + 'a>> {
            Box::pin(async move {
                if let Some(__ret) = None::<Shown> {
                    return __ret;
                }
                let to = to;
                let mut body = body;
                let __ret: Shown = {
                    body.push('!');
                    Ok(format!("{to}: {body}"))
                };
                __ret
            })
        }
    }
    let answer = || approve().edit("to", "bob").edit("body", "Ho");
    assert_eq!(yes(answer(), Smtp.post("ana", "Hi".to_owned())).await, "bob: Ho!");
    assert_eq!(yes(answer(), Smtp.send("ana", "Hi".to_owned())).await, "bob: Ho!");
    assert_eq!(yes(answer(), Smtp.forward("ana", "Hi")).await, "bob: Ho");
}

#[tokio::test]
async fn what_stands_below_sees_the_corrected_call() {
    #[requires_approval(edit(body))]
    #[fallback(instead)]
    #[retry(max = 2, backoff = "none", clone(body), when = body == "Ho")]
    #[timeout(secs = u64::from(body == "Ho"))]
    async fn send(body: String, seen: &AtomicU32) -> Shown {
        assert_eq!(body, "Ho");
        seen.fetch_add(1, Ordering::Relaxed);
        Err(Fault::Policy { tool: "send".into(), reason: "busy".into() })
    }
    async fn instead(body: String, _: &AtomicU32) -> Shown {
        Ok(format!("later: {body}"))
    }
    let seen = AtomicU32::new(0);
    assert_eq!(yes(approve().edit("body", "Ho"), send("Hi".to_owned(), &seen)).await, "later: Ho");
    assert_eq!(seen.into_inner(), 3);
}

/// The question stands outside of it, as it leaves denials alone.
#[tokio::test]
async fn a_fallback_above_sees_the_corrected_call() {
    #[fallback(Ok(format!("later: {body}")))]
    #[requires_approval(edit(body))]
    async fn send(body: String) -> Shown {
        Err(Fault::Policy { tool: "send".into(), reason: format!("busy with {body}") })
    }
    assert_eq!(yes(approve().edit("body", "Ho"), send("Hi".to_owned())).await, "later: Ho");
}

/// It stands above, and is for the call as it was made.
#[tokio::test]
async fn a_fallback_that_answers_denials_knows_what_was_asked() {
    #[fallback(Ok(format!("drafted: {body}")), when = true)]
    #[requires_approval(edit(body))]
    async fn send(body: &str) -> Shown {
        Err(Fault::Policy { tool: "send".into(), reason: format!("busy with {body}") })
    }
    assert_eq!(yes(approve().edit("body", "Ho"), send("Hi")).await, "drafted: Hi");
    assert_eq!(yes(Decision::deny("no"), send("Hi")).await, "drafted: Hi");
}

#[tokio::test]
async fn what_json_can_not_write_is_a_denial() {
    #[requires_approval(edit(big, small, keyed, named, float))]
    async fn odd(big: u128, small: i128, keyed: HashMap<Key, u8>, named: HashMap<u8, u8>, float: Option<f64>) -> Shown {
        Ok(format!("{big} {small} {} {named:?} {float:?}", keyed.len()))
    }
    #[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct Key(u8, u8);
    let call = || odd(1, 1, HashMap::new(), HashMap::new(), None);
    let too_big = no(approve().edit("big", u128::MAX), call()).await;
    assert_eq!(too_big, "the correction of `big` can't be written: number out of range");
    no(approve().edit("small", i128::MIN), call()).await;
    let keys = no(approve().edit("keyed", HashMap::from([(Key(1, 2), 3)])), call()).await;
    assert_eq!(keys, "the correction of `keyed` can't be written: key must be a string");
    let fine =
        approve().edit("big", u128::from(u64::MAX)).edit("named", HashMap::from([(2, 3)])).edit("float", f64::NAN);
    assert_eq!(yes(fine, call()).await, "18446744073709551615 1 0 {2: 3} None");
}

#[derive(Serialize)]
struct Grumpy;

impl<'de> Deserialize<'de> for Grumpy {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("out of order")
    }
}

#[derive(Serialize, Deserialize)]
struct Shy(u8);

impl Debug for Shy {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(self.0 < 9, "nobody sees me");
        Ok(())
    }
}

#[tokio::test]
async fn an_argument_that_panics_on_its_way_is_a_denial() {
    #[requires_approval(edit(grumpy, shy))]
    async fn send(grumpy: Grumpy, shy: Shy) -> Result<u8, Fault> {
        let _ = grumpy;
        Ok(shy.0)
    }
    assert_eq!(
        no(approve().edit("grumpy", Grumpy), send(Grumpy, Shy(1))).await,
        "the correction of `grumpy` can't be read: its type panicked: out of order"
    );
    let untold = no(approve().edit("shy", Shy(9)), send(Grumpy, Shy(1))).await;
    assert_eq!(untold, "`shy` can't be shown: its `Debug` or `Display` panicked");
    assert_eq!(yes(approve().edit("shy", Shy(8)), send(Grumpy, Shy(1))).await, 8);
}

#[tokio::test]
async fn the_words_of_a_correction_are_escaped_and_bounded() {
    let (sent, events) = answered(approve().edit("body", "a\u{202e}".repeat(9000)), send_email("ana", "Hi")).await;
    assert_eq!(sent.unwrap().chars().count(), 5 + 18_000, "all of it runs");
    let Event::Approved { edits, .. } = &events[1] else { panic!("{events:?}") };
    let words = edits[0].value.as_deref().unwrap();
    assert!(words.len() < 5000 && words.contains("\\u{202e}") && !words.contains('\u{202e}'), "{words}");
}

#[tokio::test]
async fn a_question_by_hand_can_be_corrected_too() {
    let edited = |answer: Decision| async move {
        let (mut amount, mut card) = (None, None::<String>);
        let question = Approval::new("refund").edit("amount", &mut amount, u8::to_string).redact("card");
        let question = question.edit("card", &mut card, String::clone);
        let (outcome, events) = answered(answer, question.ask()).await;
        (outcome, amount, card.is_some(), events.last().unwrap().to_string())
    };
    let (outcome, amount, is_card, told) = edited(approve().edit("amount", 7)).await;
    assert_eq!((outcome, amount, is_card), (Ok(()), Some(7), false));
    assert!(told.ends_with("with amount = 7"), "{told}");
    let (outcome, amount, is_card, told) = edited(approve().edit("card", "1234")).await;
    assert_eq!((amount, is_card), (None, false));
    let denied = outcome.unwrap_err().to_string();
    assert!(denied.ends_with("`card` was corrected, which this call allows for `amount` alone"), "{denied} {told}");
}

#[tokio::test]
async fn a_decision_travels_with_its_corrections() {
    let decision = approve().edit("body", "Ho").edit("pieces", order(7));
    let text = serde_json::to_string(&decision).unwrap();
    assert!(text.contains(r#""edits":{"body":"Ho","pieces":{"note":null,"pieces":7}}"#), "{text}");
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    assert_eq!(serde_json::from_str::<Decision>(r#"{"Approved":{"by":"ana"}}"#).unwrap(), approve());
}

#[test]
fn the_future_can_go_to_another_thread() {
    fn is_send(_: impl Send) {}
    is_send(send_email("ana", "Hi"));
}
