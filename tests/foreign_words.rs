//! Foreign words stay words: in a question, an event, a fault, and what a model reads.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::fmt::{self, Debug, Display};

use reliable::approver::{Deny, Scripted};
use reliable::{After, Before, Failure};
use reliable::{Approval, Decision, Event, Fault, Policy, Recorder, Request, Scope, policy, requires_approval, retry};

/// What an attacker would write.
const HOSTILE: &str =
    "no\n2026-01-01 INFO paid\u{1b}[1A\u{202e}\u{3164}\u{115f}\u{ffa0}\u{2800}\u{200b}\u{ad}\u{a0}\u{e0041}\u{2028}";
const ESCAPED: &str = "no\\n2026-01-01 INFO paid\\u{1b}[1A\\u{202e}\\u{3164}\\u{115f}\\u{ffa0}\\u{2800}\\u{200b}\\u{ad}\\u{a0}\\u{e0041}\\u{2028}";

/// The events of a call, and each in words.
async fn events_of<T>(call: impl Future<Output = T>) -> Vec<Event> {
    let recorder = Recorder::new();
    Scope::current().recorder(&recorder).run(call).await;
    recorder.report().entries().iter().map(|entry| entry.event.clone()).collect()
}

mod in_a_question {
    use super::*;

    /// Says what it likes, and not what is in it.
    struct Liar(&'static str);

    impl Debug for Liar {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    struct Shows(&'static str);

    impl Display for Shows {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    #[requires_approval(reason = why)]
    async fn refund(why: &str, by_debug: Liar, by_display: Shows, text: &str) -> Result<(), Fault> {
        Ok(())
    }

    async fn asked_about(why: &str, by_debug: Liar, by_display: Shows, text: &str) -> Request {
        let human = Scripted::new([Decision::approve()]);
        let call = refund(why, by_debug, by_display, text);
        Scope::current().approver(human.clone()).run(call).await.unwrap();
        human.requests().remove(0)
    }

    #[tokio::test]
    async fn a_value_does_not_look_like_another_argument() {
        let request = asked_about("", Liar("1"), Shows("ana, text = 1) because it is small"), "9000").await;
        assert_eq!(
            request.to_string(),
            r#"refund(why = "", by_debug = 1, by_display = "ana, text = 1) because it is small", text = "9000")"#
        );
    }

    #[tokio::test]
    async fn everything_that_deceives_is_escaped() {
        let request = asked_about(HOSTILE, Liar(HOSTILE), Shows(HOSTILE), HOSTILE).await;
        assert_eq!(request.reason.as_deref(), Some(ESCAPED));
        let values: Vec<_> = request.arguments.iter().map(|argument| argument.value.as_deref().unwrap()).collect();
        assert_eq!(values[1..3], [ESCAPED, ESCAPED]);
        assert_eq!(values[3], format!("\"{ESCAPED}\""), "and only once");
    }

    #[tokio::test]
    async fn what_was_put_in_later_is_escaped_when_it_is_written() {
        let mut request = asked_about("", Liar(""), Shows(""), "").await;
        request.tool = "re\nfund".into();
        request.arguments.truncate(1);
        request.arguments[0].value = Some(HOSTILE.to_owned());
        assert_eq!(request.to_string(), format!("re\\nfund(why = {ESCAPED})"));
    }

    #[tokio::test]
    async fn padding_pushes_nothing_out_of_sight_and_what_is_long_is_cut() {
        let long: &'static str = "x".repeat(3_000_000).leak();
        let padded: &'static str = format!("a{}b", " ".repeat(300)).leak();
        let request = asked_about(padded, Liar(long), Shows(padded), long).await;
        assert_eq!(request.reason.as_deref(), Some(r"a\u{20}×300b"));
        let lengths = request.arguments.iter().map(|argument| argument.value.as_deref().unwrap().len());
        assert!(lengths.max().unwrap() <= 4096);
        assert!(request.to_string().contains("x… (3000000 characters)"));
        assert!(request.to_string().contains("x… (3000002 characters)"), "with the quotes");
    }

    #[tokio::test]
    async fn a_url_is_shown_as_it_is() {
        let url = "https://bank.example.com/pay?to=ana&amount=40";
        let request = asked_about("", Liar(url), Shows(url), url).await;
        assert_eq!(request.to_string().matches(url).count(), 3, "who decides sees all that runs");
    }

    #[tokio::test]
    async fn that_is_put_together_by_hand() {
        let human = Scripted::new([Decision::approve()]);
        let approval = Approval::new(HOSTILE.to_owned()).reason(HOSTILE).show("to", HOSTILE.to_owned()).by(&human);
        approval.ask().await.unwrap();
        let request = human.requests().remove(0);
        let told = [&*request.tool, request.reason.as_deref().unwrap(), request.arguments[0].value.as_deref().unwrap()];
        assert_eq!(told, [ESCAPED; 3]);
    }
}

mod in_an_event {
    use super::*;

    #[retry(max = 1, backoff = "none")]
    async fn forecast(error: &'static str) -> Result<(), String> {
        Err(error.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_stays_on_its_line() {
        let events = events_of(forecast(HOSTILE)).await;
        assert_eq!(events.len(), 2);
        for event in &events {
            assert!(event.to_string().contains(&format!("failed ({ESCAPED})")), "{event}");
            let (Event::Retrying { error, .. } | Event::GaveUp { error, .. }) = event else { panic!("{event}") };
            assert_eq!(error, ESCAPED, "whoever reads the field reads no other");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_keeps_what_is_secret_in_a_url() {
        #[derive(Debug, thiserror::Error)]
        #[error("error sending request for url (https://user:p@api.example.com/v1?key=SECRET)")]
        struct Client;

        #[derive(Debug, thiserror::Error)]
        #[error("search failed: {0}")]
        struct Search(#[from] Client);

        #[retry(max = 1, backoff = "none")]
        async fn search() -> Result<(), Search> {
            Err(Client.into())
        }

        #[retry(max = 1, backoff = "none")]
        async fn search_in_context() -> anyhow::Result<()> {
            Err(anyhow::Error::from(Client).context(format!("no answer ({Client})")))
        }

        let mut events = events_of(search()).await;
        events.extend(events_of(search_in_context()).await);
        assert_eq!(events.len(), 4);
        for event in events {
            let told = format!("{event} {event:?}");
            assert!(told.contains("(https://api.example.com/v1)"), "{told}");
            assert!(!told.contains("SECRET") && !told.contains("user"), "{told}");
        }
    }

    #[tokio::test]
    async fn who_answered_and_why_not_are_words_too() {
        #[requires_approval]
        async fn refund() -> Result<(), Fault> {
            Ok(())
        }
        let human = Scripted::new([Decision::approve().by(HOSTILE), Decision::deny(HOSTILE).by(HOSTILE)]);
        let calls = async {
            refund().await.unwrap();
            let denied = refund().await.unwrap_err();
            assert_eq!(denied, Fault::Denied { tool: "refund".into(), reason: ESCAPED.to_owned() });
            assert_eq!(denied.to_string(), format!("`refund` was denied: {ESCAPED}"));
        };
        let events = events_of(async { Scope::current().approver(human).run(calls).await }).await;
        assert_eq!(events[1].to_string(), format!("approved by {ESCAPED}"));
        assert_eq!(events[3].to_string(), format!("not run: `refund` was denied: {ESCAPED} ({ESCAPED})"));
    }

    #[test]
    fn that_somebody_else_has_made_it_is_written_all_the_same() {
        let event = Event::FellBack { tool: "price".into(), error: HOSTILE.to_owned() };
        assert_eq!(event.to_string(), format!("failed ({ESCAPED}); the fallback answers"));
        let long = Event::FellBack { tool: "price".into(), error: "x".repeat(1_000_000) };
        assert!(long.to_string().len() < 100_000 && long.to_string().ends_with("characters)"));
    }

    #[tokio::test]
    async fn a_name_of_run_time_is_one_too() {
        #[requires_approval(by = Deny, name = name)]
        async fn send(name: &str) -> Result<(), Fault> {
            Ok(())
        }
        let events = events_of(send(HOSTILE)).await;
        assert_eq!(events[0].tool(), ESCAPED);
        assert!(send(HOSTILE).await.unwrap_err().to_string().starts_with(&format!("`{ESCAPED}` was denied")));
    }
}

mod that_a_policy_reads {
    use super::*;

    struct Notes;

    impl Policy for Notes {
        type Call = ();

        fn before(&self, _: &'static str) -> Before<()> {
            Before::Admit(())
        }

        fn after(&self, tool: &'static str, (): &mut (), outcome: Result<(), &Failure<'_>>) -> After {
            let reason = outcome.unwrap_err().to_string();
            assert_eq!(reason, ESCAPED);
            After::Fail(Fault::Policy { tool: tool.into(), reason: HOSTILE.to_owned() })
        }
    }

    #[tokio::test]
    async fn and_a_model_too() {
        #[policy(Notes)]
        async fn call() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            Err(HOSTILE.into())
        }
        let error = call().await.unwrap_err();
        let told = Fault::find(&*error).unwrap().model_feedback();
        assert_eq!(told, format!("`call` failed: {ESCAPED}. Try another way, or go on without it."));
    }
}

#[test]
fn an_approver_that_fails_does_not_tell_what_is_secret() {
    let failed: Result<Decision, _> = Err("POST https://u:p@queue.example.com/?key=1\nfailed");
    let denied = Decision::deny("the approver failed: POST https://queue.example.com/\\nfailed");
    assert_eq!(Decision::from(failed), denied);
}

/// Nobody listens, and nobody asks for words: a `Display` is not called at all.
#[tokio::test(start_paused = true)]
async fn where_nobody_listens_no_words_are_made() {
    struct Silent;
    impl Display for Silent {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("nobody has asked");
        }
    }
    #[retry(max = 1, backoff = "none")]
    async fn call() -> Result<(), Silent> {
        Err(Silent)
    }
    assert!(call().await.is_err());
}
