//! What a recorder sees: every scene with its instants, the table of them all, and nothing where nothing happened.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::approver::{Approve, Scripted};
use reliable::{Approver, Charge, Decision, Event, Fault, Recorder, Report, Request, Run, Scope, Step, Usd};
use reliable::{agent, fallback, requires_approval, retry, timeout};
use tokio::time::sleep;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs `call` under a recorder of its own.
async fn report_of<T>(call: impl Future<Output = T>) -> Report {
    let recorder = Recorder::new();
    Scope::current().recorder(&recorder).run(call).await;
    recorder.report()
}

/// Every event on a line: the instant in milliseconds, the function, and what happened.
fn lines(report: &Report) -> Vec<String> {
    let line =
        |entry: &reliable::report::Entry| format!("{} {}: {}", entry.at.as_millis(), entry.event.tool(), entry.event);
    report.entries().iter().map(line).collect()
}

/// Fails at the first `failures` calls.
fn flaky(calls: &AtomicU32, failures: u32) -> Result<u32, Error> {
    let n = calls.fetch_add(1, Ordering::Relaxed) + 1;
    if n > failures { Ok(n) } else { Err(Error::Busy) }
}

mod a_scene_of {
    use super::*;

    #[retry(max = 2, jitter = 0)]
    async fn forecast(calls: &AtomicU32, failures: u32) -> Result<u32, Error> {
        flaky(calls, failures)
    }

    #[tokio::test(start_paused = true)]
    async fn a_recovery() {
        let report = report_of(forecast(&AtomicU32::new(0), 2)).await;
        let expected = [
            "0 forecast: attempt 1 failed (busy); next one in 500ms",
            "500 forecast: attempt 2 failed (busy); next one in 1s",
            "1500 forecast: succeeded at attempt 3",
        ];
        assert_eq!(lines(&report), expected);
        let row = report.of("forecast").unwrap();
        assert_eq!((row.attempts, row.paused, row.gave_up), (3, ms(1500), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_for_each_reason() {
        #[retry(when = false)]
        async fn not_transient() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        #[retry(backoff = "fixed", base = "100ms", jitter = 0, within = "101ms")]
        async fn too_late() -> Result<u32, Error> {
            sleep(ms(5)).await;
            Err(Error::Busy)
        }
        #[retry(after = Some(Duration::from_secs(3600)))]
        async fn asked() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let report = report_of(async {
            let _ = (forecast(&AtomicU32::new(0), 9).await, not_transient().await, too_late().await, asked().await);
        });
        let report = report.await;
        let ends: Vec<_> = lines(&report).into_iter().filter(|line| line.contains("gave up")).collect();
        let expected = [
            "1500 forecast: attempt 3 failed (busy); gave up: no retries left",
            "1500 not_transient: attempt 1 failed (busy); gave up: not worth a retry",
            "1505 too_late: attempt 1 failed (busy); gave up: no time left for another attempt",
            "1505 asked: attempt 1 failed (busy); gave up: the server asks for a longer pause than allowed",
        ];
        assert_eq!(ends, expected);
        let counts = report.rows().iter().map(|row| (row.attempts, row.gave_up));
        assert_eq!(counts.collect::<Vec<_>>(), [(3, 1), (1, 1), (1, 1), (1, 1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_and_a_fallback() {
        #[fallback(Ok(42))]
        #[timeout(ms = 50)]
        async fn price() -> Result<u32, Error> {
            pending().await
        }
        let report = report_of(price()).await;
        let expected = [
            "50 price: no answer within 50ms; the call was dropped",
            "50 price: failed (`price` timed out after 50ms); the fallback answers",
        ];
        assert_eq!(lines(&report), expected);
        let row = report.of("price").unwrap();
        assert_eq!((row.timeouts, row.fallbacks), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn approvals_and_refusals() {
        struct Slow(Scripted);
        impl Approver for Slow {
            async fn review(&self, request: &Request) -> Decision {
                sleep(ms(300)).await;
                self.0.review(request).await
            }
        }
        #[requires_approval(by = desk, within = within, show())]
        async fn refund(desk: &Slow, within: Duration) -> Result<(), Fault> {
            Ok(())
        }
        let answers = [Decision::approve().by("ana"), Decision::approve(), Decision::deny("too much").by("bo")];
        let desk = Slow(Scripted::new(answers));
        let report = report_of(async {
            for within in [1000, 1000, 1000, 200] {
                let _ = refund(&desk, ms(within)).await;
            }
        });
        let report = report.await;
        let expected = [
            "0 refund: may it run? ()",
            "300 refund: approved by ana",
            "300 refund: may it run? ()",
            "600 refund: approved",
            "600 refund: may it run? ()",
            "900 refund: not run: `refund` was denied: too much (bo)",
            "900 refund: may it run? ()",
            "1100 refund: not run: the approval of `refund` expired: nobody answered within 200ms",
        ];
        assert_eq!(lines(&report), expected);
        let row = report.of("refund").unwrap();
        assert_eq!((row.asked, row.approved, row.refused), (4, 2, 2));
        let waits = report.entries().iter().filter_map(|entry| match &entry.event {
            Event::Approved { waited, .. } | Event::Refused { waited, .. } => Some(waited.as_millis()),
            Event::Asked { .. } => None,
            other => panic!("{other:?}"),
        });
        assert_eq!(waits.collect::<Vec<_>>(), [300, 300, 300, 200]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_whose_call_is_dropped() {
        #[fallback(Ok(42))]
        #[requires_approval(by = Never)]
        #[timeout(secs = 60)]
        async fn tool() -> Result<u32, Error> {
            pending().await
        }
        struct Never;
        impl Approver for Never {
            async fn review(&self, _: &Request) -> Decision {
                pending().await
            }
        }
        let report = report_of(tokio::time::timeout(ms(100), tool())).await;
        assert_eq!(
            lines(&report),
            ["0 tool: may it run? ()", "100 tool: dropped before there was an answer, after 100ms"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_agent_that_finishes() {
        #[agent(max_steps = 3)]
        async fn assistant() -> Result<Step<()>, Fault> {
            let run = Run::current();
            run.charge(Charge::usd(Usd::cents(2)).tokens(900))?;
            sleep(ms(10)).await;
            Ok(if run.step() == 2 { Step::Done(()) } else { Step::Next })
        }
        let report = report_of(assistant()).await;
        let expected = [
            "0 assistant: step 1 of 3",
            "0 assistant: spent $0.02 and 900 tokens",
            "10 assistant: step 2 of 3",
            "10 assistant: spent $0.02 and 900 tokens",
            "20 assistant: finished after 2 steps",
        ];
        assert_eq!(lines(&report), expected);
        let row = report.of("assistant").unwrap();
        assert_eq!((row.steps, row.usd, row.tokens), (2, Usd::cents(4), 1800));
        assert_eq!(row.ended.as_deref(), Some("finished"));
    }

    #[tokio::test]
    async fn agents_that_do_not() {
        #[agent(max_steps = 1)]
        async fn endless() -> Result<Step<()>, Error> {
            Ok(Step::Next)
        }
        #[agent]
        async fn broken() -> Result<Step<()>, Error> {
            Err(Error::Busy)
        }
        #[agent(max_usd = "$0.01")]
        async fn spender() -> Result<Step<()>, Error> {
            Run::current().charge(Charge::usd(Usd::cents(2)))?;
            Ok(Step::Next)
        }
        let report = report_of(async {
            let _ = (endless().await, broken().await, spender().await);
        });
        let report = report.await;
        let expected = [
            "0 endless: step 1 of 1",
            "0 endless: stopped: `endless` stopped at its limit of 1 step",
            "0 broken: step 1 of 8",
            "0 broken: failed in step 1",
            "0 spender: step 1 of 8",
            "0 spender: nothing spent: `spender` is over budget: $0.02 asked with $0.00 of $0.01 spent",
            "0 spender: failed in step 1",
        ];
        assert_eq!(lines(&report), expected);
        assert_eq!(report.of("broken").unwrap().ended.as_deref(), Some("failed"));
        assert_eq!(report.of("spender").unwrap().charges_refused, 1);
        assert_eq!(report.of("spender").unwrap().usd, Usd::ZERO);
    }

    #[tokio::test]
    async fn a_sub_agent_whose_spending_is_on_both_books() {
        #[agent]
        async fn outer() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::usd(Usd::cents(1)))?;
            inner().await.map(Step::Done)
        }
        #[agent]
        async fn inner() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::usd(Usd::cents(3)))?;
            drop(Run::current().reserve(Charge::usd(Usd::cents(9)))?);
            Ok(Step::Done(()))
        }
        let report = report_of(outer()).await;
        assert_eq!(report.of("outer").unwrap().usd, Usd::cents(4));
        assert_eq!(report.of("inner").unwrap().usd, Usd::cents(3), "what was reserved and given back is not spent");
    }
}

mod the_trail {
    use reliable::report::Answer;

    use super::*;

    #[requires_approval(reason = "leaves the house", redact(body), within = "1m")]
    async fn send_email(to: &str, body: &str) -> Result<(), Error> {
        Ok(())
    }

    #[agent(max_steps = 1)]
    async fn assistant() -> Result<Step<()>, Error> {
        send_email("ana", "hi").await?;
        let _ = send_email("bo", "hi").await;
        Ok(Step::Done(()))
    }

    #[tokio::test(start_paused = true)]
    async fn says_which_call_ran_and_who_let_it() {
        struct Human(Scripted);
        impl Approver for Human {
            async fn review(&self, request: &Request) -> Decision {
                sleep(ms(300)).await;
                self.0.review(request).await
            }
        }
        let human = Human(Scripted::new([Decision::approve().by("ana"), Decision::deny("too much").by("bo")]));
        let calls = async {
            assistant().await.unwrap();
            cancelled(send_email("cy", "hi")).await;
        };
        let report = report_of(async { Scope::current().approver(human).run(calls).await }).await;
        let trail = report.approvals();
        let told: Vec<String> = trail.iter().map(ToString::to_string).collect();
        let expected = [
            r#"send_email(to = "ana", body = <redacted>): approved by ana"#,
            r#"send_email(to = "bo", body = <redacted>): denied by bo: too much"#,
            r#"send_email(to = "cy", body = <redacted>): dropped"#,
        ];
        assert_eq!(told, expected);
        assert_eq!(trail.iter().map(|row| row.step).collect::<Vec<_>>(), [Some(1), Some(1), None]);
        assert!(trail[0].run.as_ref().unwrap().to_string().starts_with("assistant-"));
        assert_eq!(trail[0].run, trail[1].run);
        assert!(trail[0].id < trail[1].id && trail[1].id < trail[2].id);
        assert_eq!(trail[1].reason.as_deref(), Some("leaves the house"));
        assert_eq!(trail.iter().map(|row| row.at.as_millis()).collect::<Vec<_>>(), [0, 300, 600]);
        assert_eq!(trail.iter().map(|row| row.waited.as_millis()).collect::<Vec<_>>(), [300, 300, 100]);
        assert!(matches!(trail[1].answer, Answer::Refused(Fault::Denied { .. })));
        let text = report.to_string();
        let (_, table) = text.split_once("\n\n").unwrap();
        assert!(table.starts_with("question"), "{table}");
        assert!(table.lines().nth(2).unwrap().ends_with("denied: too much  bo   300ms"), "{table}");
    }

    async fn cancelled(call: impl Future<Output = Result<(), Error>>) {
        let _ = tokio::time::timeout(ms(100), call).await;
    }
}

mod nothing_is_recorded {
    use super::*;

    #[tokio::test]
    async fn when_a_call_goes_well_at_the_first_attempt() {
        #[fallback(Ok(42))]
        #[timeout(secs = 60)]
        #[retry]
        #[timeout(secs = 20)]
        async fn tool() -> Result<u32, Error> {
            Ok(1)
        }
        #[requires_approval(when = false)]
        async fn harmless() -> Result<u32, Error> {
            Ok(1)
        }
        let report = report_of(async { (tool().await.unwrap(), harmless().await.unwrap()) }).await;
        assert_eq!(report.entries(), []);
        assert_eq!(report.rows(), []);
        assert_eq!(report.to_string(), "nothing to report: every call went well at the first attempt\n");
    }

    #[tokio::test]
    async fn when_a_fallback_leaves_an_error_alone() {
        #[fallback(Ok(42), when = false)]
        async fn tool() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        assert_eq!(report_of(tool()).await.entries(), []);
    }
}

mod an_error {
    use super::*;

    struct Opaque {
        _words: String,
    }

    #[derive(Debug)]
    struct OnlyDebug {
        #[expect(dead_code, reason = "read by `Debug`")]
        body: String,
    }

    #[tokio::test]
    async fn is_told_in_the_best_words_that_its_type_has() {
        #[fallback(Ok(()))]
        async fn displayed() -> Result<(), Error> {
            Err(Error::Busy)
        }
        #[fallback(Ok(()))]
        async fn boxed() -> Result<(), Box<dyn std::error::Error>> {
            Err("boxed words".into())
        }
        #[fallback(Ok(()))]
        async fn text() -> Result<(), String> {
            Err("plain words".to_owned())
        }
        #[fallback(Ok(()))]
        async fn debugged() -> Result<(), OnlyDebug> {
            Err(OnlyDebug { body: "503".to_owned() })
        }
        #[fallback(Ok(()))]
        async fn opaque() -> Result<(), Opaque> {
            Err(Opaque { _words: "never told".to_owned() })
        }
        let report = report_of(async {
            let _ = (displayed().await, boxed().await, text().await, debugged().await, opaque().await);
        });
        let words: Vec<_> = report.await.entries().iter().map(|entry| entry.event.to_string()).collect();
        assert_eq!(words[0], "failed (busy); the fallback answers");
        assert_eq!(words[1], "failed (boxed words); the fallback answers");
        assert_eq!(words[2], "failed (plain words); the fallback answers");
        assert_eq!(words[3], "failed (OnlyDebug { body: \"503\" }); the fallback answers");
        assert!(words[4].starts_with("failed (<") && words[4].contains("Opaque>)"), "{}", words[4]);
    }
}

mod a_scope {
    use super::*;

    #[fallback(Ok(42))]
    async fn tool() -> Result<u32, Error> {
        Err(Error::Busy)
    }

    #[tokio::test]
    async fn tells_its_own_recorder_and_not_the_one_around_it() {
        let inner = Recorder::new();
        let outer = report_of(async {
            tool().await.unwrap();
            Scope::current().recorder(&inner).run(tool()).await.unwrap();
        });
        assert_eq!(outer.await.of("tool").unwrap().fallbacks, 1);
        assert_eq!(inner.report().of("tool").unwrap().fallbacks, 1);
    }

    #[tokio::test]
    async fn without_a_recorder_tells_the_one_around_it() {
        let report = report_of(Scope::current().approver(Approve).run(tool())).await;
        assert_eq!(report.entries().len(), 0, "this scope was made outside");
        let report = report_of(async { Scope::current().approver(Approve).run(tool()).await }).await;
        assert_eq!(report.entries().len(), 1);
    }

    #[tokio::test]
    async fn is_not_seen_by_a_spawned_task_unless_it_is_handed_on() {
        let without = report_of(async { tokio::spawn(tool()).await.unwrap() }).await;
        assert_eq!(without.entries(), []);
        let with = report_of(async { tokio::spawn(Scope::current().run(tool())).await.unwrap() }).await;
        assert_eq!(with.entries().len(), 1);
    }

    #[tokio::test]
    async fn tells_nobody_before_and_after() {
        let recorder = Recorder::new();
        tool().await.unwrap();
        Scope::current().recorder(&recorder).run(async {}).await;
        tool().await.unwrap();
        assert_eq!(recorder.report().entries(), []);
    }
}

mod a_recorder {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_its_time_from_when_it_was_made() {
        #[fallback(Ok(42))]
        async fn tool() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let recorder = Recorder::new();
        sleep(ms(70)).await;
        Scope::current().recorder(&recorder).run(tool()).await.unwrap();
        assert_eq!(recorder.report().entries()[0].at, ms(70));
    }

    #[tokio::test]
    async fn may_stand_in_many_scopes_and_be_read_while_it_records() {
        #[fallback(Ok(42))]
        async fn tool() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let recorder = Recorder::new();
        let handle = recorder.clone();
        for calls in 1..=3 {
            Scope::current().recorder(&recorder).run(tool()).await.unwrap();
            assert_eq!(handle.report().of("tool").unwrap().fallbacks, calls);
        }
    }
}

mod the_table {
    use super::*;

    #[retry(max = 2, backoff = "fixed", base = "250ms", jitter = 0)]
    async fn forecast(calls: &AtomicU32) -> Result<u32, Error> {
        flaky(calls, 1)
    }

    #[fallback(Ok(42))]
    #[timeout(ms = 50)]
    async fn price() -> Result<u32, Error> {
        pending().await
    }

    #[agent(max_steps = 2)]
    async fn assistant() -> Result<Step<u32>, Error> {
        Run::current().charge(Charge::usd(Usd::cents(25)))?;
        forecast(&AtomicU32::new(0)).await?;
        price().await?;
        Ok(Step::Next)
    }

    #[tokio::test(start_paused = true)]
    async fn has_a_row_for_each_function_and_a_column_for_each_thing_that_happened() {
        let report = report_of(assistant()).await;
        let expected = "\
call       attempts  paused  timeouts  fallbacks  steps  spent  ended
assistant  -         -       -         -          2      $0.50  `assistant` stopped at its limit of 2 steps
forecast   4         500ms   -         -          -      -      -
price      -         -       2         2          -      -      -
";
        assert_eq!(report.to_string(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn has_no_row_of_what_is_not_there() {
        let report = report_of(price()).await;
        assert!(report.of("price").is_some());
        assert!(report.of("forecast").is_none());
    }
}
