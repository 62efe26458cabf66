//! What `#[requires_approval]` does: it fails closed, asks once, shows what runs, and hides what it is told to hide.
//!
//! No test of this file may install an approver for the whole process: most of them need that there is none.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::pending;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::approver::{self, Approve, Deny, Scripted};
use reliable::{Approver, Decision, Fault, Request, Scope};
use reliable::{requires_approval, retry, timeout};
use tokio::time::{Instant, sleep};

/// A tool with the usual attribute; its answer proves that the body has run.
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

/// Asks `approver` for a refund of 40, and gives the words of the denial.
async fn denied_by(approver: impl Approver + 'static) -> String {
    reason_of(Scope::current().approver(approver).run(refund(40)).await)
}

fn reason_of(outcome: Result<u32, Fault>) -> String {
    match outcome {
        Err(Fault::Denied { tool, reason }) => {
            assert_eq!(tool, "refund");
            reason
        }
        other => panic!("not denied: {other:?}"),
    }
}

fn yes() -> Scripted {
    Scripted::new([Decision::approve()])
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

mod it_fails_closed {
    use super::*;

    #[tokio::test]
    async fn without_an_approver() {
        assert_eq!(reason_of(refund(40).await), "no approver is installed");
    }

    #[tokio::test]
    async fn in_a_scope_without_an_approver() {
        let scope = Scope::current().recorder(&reliable::Recorder::new());
        assert_eq!(reason_of(scope.run(refund(40)).await), "no approver is installed");
    }

    #[tokio::test]
    async fn in_a_spawned_task_that_was_not_handed_the_scope() {
        let spawning = async { tokio::spawn(refund(40)).await.unwrap() };
        let outcome = Scope::current().approver(Approve).run(spawning).await;
        assert!(reason_of(outcome).ends_with("does not follow `tokio::spawn`: write `reliable::spawn`"));

        let handed_on = async { tokio::spawn(Scope::current().run(refund(40))).await.unwrap() };
        assert_eq!(Scope::current().approver(Approve).run(handed_on).await, Ok(40));
    }

    #[tokio::test]
    async fn when_the_answer_is_no() {
        assert_eq!(denied_by(Deny).await, "every request is denied here");
        assert_eq!(denied_by(Scripted::new([Decision::deny("too much").by("ana")])).await, "too much");
    }

    #[tokio::test]
    async fn when_the_approver_panics_before_its_first_wait() {
        struct Panics;
        impl Approver for Panics {
            async fn review(&self, _: &Request) -> Decision {
                panic!("no desk")
            }
        }
        assert_eq!(denied_by(Panics).await, "the approver panicked: no desk");
    }

    #[tokio::test]
    async fn when_the_approver_panics_where_it_could_decide_at_once() {
        struct Panics;
        impl Approver for Panics {
            fn at_once(&self, _: &Request) -> Option<Decision> {
                panic!("no rules")
            }
            async fn review(&self, _: &Request) -> Decision {
                Decision::approve()
            }
        }
        assert_eq!(denied_by(Panics).await, "the approver panicked: no rules");
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_approver_panics_after_a_wait() {
        struct Panics(&'static str);
        impl Approver for Panics {
            async fn review(&self, _: &Request) -> Decision {
                sleep(ms(10)).await;
                panic!("no {}", self.0)
            }
        }
        assert_eq!(denied_by(Panics("desk")).await, "the approver panicked: no desk");
    }

    #[tokio::test]
    async fn when_the_approver_panics_before_it_gives_a_future() {
        struct Panics;
        impl Approver for Panics {
            fn review(&self, _: &Request) -> impl Future<Output = Decision> + Send {
                let panics = || -> std::future::Ready<Decision> { panic!("no future") };
                panics()
            }
        }
        assert_eq!(denied_by(Panics).await, "the approver panicked: no future");
    }

    #[tokio::test]
    async fn when_the_approver_panics_without_words() {
        struct Panics;
        impl Approver for Panics {
            async fn review(&self, _: &Request) -> Decision {
                std::panic::panic_any(7)
            }
        }
        assert_eq!(denied_by(Panics).await, "the approver panicked: no message");
    }

    #[tokio::test]
    async fn when_the_approver_fails() {
        struct Fails;
        impl Approver for Fails {
            async fn review(&self, _: &Request) -> Decision {
                Err::<Decision, _>(io::Error::other("the store is full")).into()
            }
        }
        assert_eq!(denied_by(Fails).await, "the approver failed: the store is full");
    }

    #[tokio::test]
    async fn when_the_script_is_used_up() {
        assert_eq!(denied_by(Scripted::new([])).await, "the script has no more answers");
    }

    #[tokio::test]
    async fn when_the_question_is_dropped() {
        let (approver, mut inbox) = approver::channel();
        let ui = async { drop(inbox.next().await) };
        let (reason, ()) = tokio::join!(denied_by(approver), ui);
        assert_eq!(reason, "the approver went away without an answer");
    }

    #[tokio::test]
    async fn when_the_inbox_is_gone_before_the_question() {
        let (approver, inbox) = approver::channel();
        drop(inbox);
        assert_eq!(denied_by(approver).await, "the approver is gone");
    }

    #[tokio::test]
    async fn when_the_inbox_is_dropped_with_the_question_in_it() {
        let (approver, inbox) = approver::channel();
        let ui = async {
            tokio::task::yield_now().await;
            drop(inbox);
        };
        let (reason, ()) = tokio::join!(denied_by(approver), ui);
        assert_eq!(reason, "the approver went away without an answer");
    }

    #[tokio::test]
    async fn and_the_body_never_starts() {
        #[requires_approval(by = Deny)]
        async fn f(ran: &AtomicU32) -> Result<(), Fault> {
            ran.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        let ran = AtomicU32::new(0);
        f(&ran).await.unwrap_err();
        assert_eq!(ran.into_inner(), 0);
    }
}

mod an_answer_in_time {
    use super::*;

    /// Says yes after `self.0` milliseconds.
    struct Slow(u64);

    impl Approver for Slow {
        async fn review(&self, _: &Request) -> Decision {
            sleep(ms(self.0)).await;
            Decision::approve()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn counts_up_to_the_limit_and_then_the_question_has_expired() {
        #[requires_approval(by = Slow(millis), within = "2s")]
        async fn f(millis: u64) -> Result<u64, Fault> {
            Ok(millis)
        }
        assert_eq!(f(1999).await, Ok(1999));
        let asked = Instant::now();
        let expired = Fault::Expired { tool: "f".into(), within: Some(ms(2000)) };
        assert_eq!(f(2001).await, Err(expired), "and not denied");
        assert_eq!(asked.elapsed(), ms(2000));
    }

    #[tokio::test(start_paused = true)]
    async fn may_take_any_time_where_no_limit_is_set() {
        #[requires_approval(by = Slow(1000 * 60 * 60 * 24 * 3))]
        async fn f() -> Result<u32, Fault> {
            Ok(1)
        }
        assert_eq!(f().await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_may_be_known_at_run_time_only() {
        #[requires_approval(by = Slow(1000), within = limit)]
        async fn f(limit: Duration) -> Result<u32, Fault> {
            Ok(1)
        }
        assert_eq!(f(ms(1001)).await, Ok(1));
        assert!(matches!(f(ms(999)).await, Err(Fault::Expired { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn an_approver_may_say_itself_that_it_has_expired() {
        #[requires_approval(by = Scripted::new([Decision::Expired]))]
        async fn f() -> Result<u32, Fault> {
            Ok(1)
        }
        assert_eq!(f().await, Err(Fault::Expired { tool: "f".into(), within: None }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_yes_runs_nothing() {
        #[requires_approval(within = "2s")]
        async fn f(ran: &AtomicU32) -> Result<(), Fault> {
            ran.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        let (approver, mut inbox) = approver::channel();
        let ran = AtomicU32::new(0);
        let ui = async {
            let question = inbox.next().await.unwrap();
            sleep(ms(3000)).await;
            assert!(!question.answer(Decision::approve()), "it counts no more, and the answerer is told so");
        };
        let (outcome, ()) = tokio::join!(Scope::current().approver(approver).run(f(&ran)), ui);
        assert!(matches!(outcome, Err(Fault::Expired { .. })));
        assert_eq!(ran.into_inner(), 0);
    }
}

mod it_asks {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn once_for_all_attempts() {
        #[requires_approval(by = script, show())]
        #[retry(max = 3)]
        #[timeout(ms = 50)]
        async fn f(script: &Scripted, attempts: &AtomicU32) -> Result<(), Fault> {
            attempts.fetch_add(1, Ordering::Relaxed);
            pending().await
        }
        let (script, attempts) = (yes(), AtomicU32::new(0));
        f(&script, &attempts).await.unwrap_err();
        assert_eq!(script.requests().len(), 1);
        assert_eq!(attempts.into_inner(), 4);
    }

    #[tokio::test]
    async fn again_for_each_call() {
        let script = Scripted::new([Decision::approve(), Decision::deny("enough")]);
        let scope = Scope::current().approver(script.clone());
        assert_eq!(scope.clone().run(refund(1)).await, Ok(1));
        assert_eq!(reason_of(scope.run(refund(1)).await), "enough");
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn before_the_body_and_with_the_arguments_that_run() {
        let script = yes();
        let outcome = Scope::current().approver(script.clone()).run(refund(40)).await;
        assert_eq!(outcome, Ok(40));
        assert_eq!(script.requests()[0].to_string(), "refund(amount = 40)");
    }

    #[tokio::test]
    async fn two_questions_at_once_without_mixing_them_up() {
        let (approver, mut inbox) = approver::channel();
        let ui = async {
            let (first, second) = (inbox.next().await.unwrap(), inbox.next().await.unwrap());
            assert_eq!(first.request().to_string(), "refund(amount = 1)");
            assert!(second.answer(Decision::approve()), "the second one is answered first");
            assert!(first.answer(Decision::deny("not this one")));
        };
        let scope = Scope::current().approver(approver);
        let (first, second, ()) = tokio::join!(scope.clone().run(refund(1)), scope.run(refund(2)), ui);
        assert_eq!(reason_of(first), "not this one");
        assert_eq!(second, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_when_the_asker_is_gone() {
        let (approver, mut inbox) = approver::channel();
        let scope = Scope::current().approver(approver);
        assert!(tokio::time::timeout(ms(50), scope.clone().run(refund(1))).await.is_err());
        let ui = async { inbox.next().await.unwrap().answer(Decision::approve()) };
        let (outcome, counted) = tokio::join!(scope.run(refund(2)), ui);
        assert_eq!(outcome, Ok(2), "the first question has left the inbox");
        assert!(counted);
    }

    #[tokio::test]
    async fn an_inbox_ends_when_nobody_can_ask_any_more() {
        let (approver, mut inbox) = approver::channel();
        drop(approver);
        assert!(inbox.next().await.is_none());
    }
}

mod when {
    use super::*;

    #[tokio::test]
    async fn false_means_unasked() {
        #[requires_approval(by = script, when = amount > 100, show(amount))]
        async fn f(script: &Scripted, amount: u32) -> Result<u32, Fault> {
            Ok(amount)
        }
        let script = Scripted::new([]);
        assert_eq!(f(&script, 100).await, Ok(100));
        assert!(script.requests().is_empty());
        f(&script, 101).await.unwrap_err();
        assert_eq!(script.requests().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_evaluated_once_for_all_attempts() {
        #[requires_approval(by = Approve, when = risky(asked), show())]
        #[retry(max = 3)]
        async fn f(asked: &AtomicU32) -> Result<(), String> {
            Err("busy".to_owned())
        }
        fn risky(asked: &AtomicU32) -> bool {
            asked.fetch_add(1, Ordering::Relaxed) == 0
        }
        let asked = AtomicU32::new(0);
        f(&asked).await.unwrap_err();
        assert_eq!(asked.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_path_is_called_with_references_to_the_arguments() {
        struct Desk {
            limit: u32,
        }
        impl Desk {
            #[requires_approval(by = Deny, when = Self::is_much)]
            async fn refund(&self, amount: u32, to: String) -> Result<String, Fault> {
                Ok(to)
            }

            #[allow(clippy::trivially_copy_pass_by_ref)]
            fn is_much(&self, amount: &u32, to: &str) -> bool {
                *amount > self.limit || to.is_empty()
            }
        }
        let desk = Desk { limit: 10 };
        assert_eq!(desk.refund(10, "ana".to_owned()).await, Ok("ana".to_owned()));
        assert!(desk.refund(11, "ana".to_owned()).await.is_err());
        assert!(desk.refund(1, String::new()).await.is_err());
    }

    #[tokio::test]
    async fn the_name_of_a_parameter_is_the_answer_itself() {
        #[requires_approval(by = Deny, when = dangerous)]
        async fn f(dangerous: bool) -> Result<u32, Fault> {
            Ok(1)
        }
        assert_eq!(f(false).await, Ok(1));
        assert!(f(true).await.is_err());
    }
}

mod what_is_shown {
    #![allow(unused_variables, reason = "what is shown need not be used")]

    use super::*;

    struct Opaque;

    #[derive(Debug)]
    struct Card {
        #[expect(dead_code, reason = "read by `Debug`")]
        number: &'static str,
    }

    async fn shown_by(call: impl Future<Output = Result<(), Fault>>) -> String {
        let script = yes();
        Scope::current().approver(script.clone()).run(call).await.unwrap();
        script.requests()[0].to_string()
    }

    #[tokio::test]
    async fn is_every_argument_in_the_order_of_the_signature() {
        #[requires_approval]
        async fn f(a: u32, (b, c): (&str, bool), d: Option<char>) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(shown_by(f(1, ("x", true), None)).await, r#"f(a = 1, b = "x", c = true, d = None)"#);
    }

    #[tokio::test]
    async fn is_what_show_says_in_the_order_of_the_signature() {
        #[requires_approval(show(c, a))]
        async fn f(a: u32, b: u32, c: u32) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(shown_by(f(1, 2, 3)).await, "f(a = 1, c = 3)");
    }

    #[tokio::test]
    async fn has_a_place_for_what_the_pattern_leaves_without_a_name() {
        #[derive(Debug)]
        struct Token;
        struct Point {
            x: u32,
            y: u32,
        }
        #[derive(Debug)]
        struct Wrapper(#[expect(dead_code, reason = "read by `Debug`")] u32, u32);
        #[requires_approval]
        async fn unnamed(_: Token, (): (), a: u32, _: &[&'static str]) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval]
        async fn parts(
            Point { x, .. }: Point,
            (a, _): (u32, char),
            [first, .., last]: [u8; 4],
            Wrapper(.., b): Wrapper,
        ) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval]
        async fn all(
            Point { x, y: renamed }: Point,
            &(a, ()): &(u32, ()),
            [first, rest @ ..]: [u8; 3],
            whole @ Wrapper(..): Wrapper,
        ) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(
            shown_by(unnamed(Token, (), 1, &["x"])).await,
            "unnamed(_ = <not shown: Token>, _ = <not shown: ()>, a = 1, _ = <not shown: &[&'static str]>)"
        );
        assert_eq!(
            shown_by(parts(Point { x: 1, y: 2 }, (3, 'c'), [4, 5, 6, 7], Wrapper(8, 9))).await,
            "parts(x = 1, _ = <not shown: the rest of Point>, a = 3, _ = <not shown: the rest of (u32, char)>, \
             first = 4, last = 7, _ = <not shown: the rest of [u8; 4]>, b = 9, _ = <not shown: the rest of Wrapper>)"
        );
        assert_eq!(
            shown_by(all(Point { x: 1, y: 2 }, &(3, ()), [4, 5, 6], Wrapper(8, 9))).await,
            "all(x = 1, renamed = 2, a = 3, first = 4, rest = [5, 6], whole = Wrapper(8, 9))"
        );
    }

    #[tokio::test]
    async fn is_what_each_case_of_a_pattern_binds() {
        #[requires_approval]
        async fn refund((Ok(amount) | Err(amount)): Result<u32, u32>) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval(redact(card))]
        async fn pay(
            (Ok((amount, card)) | Err((amount, card, _))): Result<(u32, u8), (u32, u8, u8)>,
        ) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(shown_by(refund(Err(5))).await, "refund(amount = 5)");
        let rest = "_ = <not shown: the rest of Result<(u32, u8), (u32, u8, u8)>>";
        assert_eq!(shown_by(pay(Ok((5, 6)))).await, format!("pay(amount = 5, card = <redacted>, {rest})"));
    }

    #[tokio::test]
    async fn is_the_receiver_too_where_that_has_words() {
        #[derive(Debug, Clone)]
        struct Account(u32);
        impl Account {
            #[requires_approval]
            async fn close(&self, reason: &str) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval]
            async fn change(&mut self) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval]
            async fn consumed(self: Box<Self>) -> Result<Box<Self>, Fault> {
                Ok(self)
            }
            #[requires_approval(redact(self))]
            async fn secret(&self, a: u32) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval(show(a))]
            async fn unnamed(&self, a: u32) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval(show(self))]
            async fn alone(&self, a: u32) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval]
            fn boxed<'a>(&'a mut self, a: u32) -> std::pin::Pin<Box<dyn Future<Output = Result<(), Fault>> + 'a>> {
                Box::pin(async move {
                    let this = self;
                    let a = a;
                    let ret: Result<(), Fault> = {
                        this.0 += a;
                        Ok(())
                    };
                    ret
                })
            }
        }
        struct Wordless<T>(T);
        impl<T> Wordless<T> {
            #[requires_approval]
            async fn close(&self, a: u32) -> Result<(), Fault> {
                Ok(())
            }
            #[requires_approval(show(self))]
            async fn alone(&self) -> Result<(), Fault> {
                Ok(())
            }
        }
        let mut account = Account(7);
        assert_eq!(shown_by(account.close("x")).await, r#"close(self = Account(7), reason = "x")"#);
        assert_eq!(shown_by(account.change()).await, "change(self = Account(7))");
        assert_eq!(shown_by(account.boxed(1)).await, "boxed(self = Account(7), a = 1)");
        assert_eq!(shown_by(account.secret(1)).await, "secret(self = <redacted>, a = 1)");
        assert_eq!(shown_by(account.unnamed(1)).await, "unnamed(a = 1)");
        assert_eq!(shown_by(account.alone(1)).await, "alone(self = Account(8))");
        assert_eq!(
            shown_by(async { Box::new(account).consumed().await.map(drop) }).await,
            "consumed(self = Account(8))"
        );
        assert_eq!(shown_by(Wordless(7).close(1)).await, "close(a = 1)");
        let alone = shown_by(Wordless(7).alone()).await;
        assert!(alone.starts_with("alone(self = <not shown: ") && alone.ends_with("Wordless<i32>>)"), "{alone}");
    }

    #[tokio::test]
    async fn is_not_what_a_framework_hands_over() {
        mod rmcp {
            pub mod service {
                #[derive(Debug)]
                pub struct RequestContext<Role>(pub Role);
            }
        }
        #[requires_approval]
        async fn f(a: u32, context: &rmcp::service::RequestContext<u8>) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval(show(context))]
        async fn asked_for(a: u32, context: &rmcp::service::RequestContext<u8>) -> Result<(), Fault> {
            Ok(())
        }
        let context = rmcp::service::RequestContext(1);
        assert_eq!(shown_by(f(1, &context)).await, "f(a = 1)");
        assert_eq!(shown_by(asked_for(1, &context)).await, "asked_for(context = RequestContext(1))");
    }

    #[tokio::test]
    async fn is_what_is_only_called_like_something_of_a_framework() {
        #[derive(Debug)]
        struct RoleServer;
        #[derive(Debug)]
        struct RequestContext<Role>(Role);
        #[derive(Debug)]
        struct ToolContext;
        struct CancellationToken;
        #[requires_approval]
        async fn f(
            a: RequestContext<RoleServer>,
            b: &mut ToolContext,
            c: Option<CancellationToken>,
        ) -> Result<(), Fault> {
            Ok(())
        }
        let shown = shown_by(f(RequestContext(RoleServer), &mut ToolContext, None)).await;
        assert!(shown.starts_with("f(a = RequestContext(RoleServer), b = ToolContext, c = <not shown: "), "{shown}");
    }

    #[tokio::test]
    async fn is_not_what_redact_says() {
        #[requires_approval(redact(card))]
        async fn f(amount: u32, card: Card) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval(show(amount), redact(card))]
        async fn both(amount: u32, card: Card, note: &str) -> Result<(), Fault> {
            Ok(())
        }
        let card = || Card { number: "4111" };
        assert_eq!(shown_by(f(1, card())).await, "f(amount = 1, card = <redacted>)");
        assert_eq!(shown_by(both(1, card(), "hidden")).await, "both(amount = 1, card = <redacted>)");
    }

    #[tokio::test]
    async fn is_the_best_words_that_the_type_has() {
        struct OnlyDisplay;
        impl std::fmt::Display for OnlyDisplay {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("red \u{1b}[31m alert")
            }
        }
        #[requires_approval]
        async fn f(a: Opaque, b: OnlyDisplay) -> Result<(), Fault> {
            Ok(())
        }
        let shown = shown_by(f(Opaque, OnlyDisplay)).await;
        assert!(shown.starts_with("f(a = <") && shown.contains("Opaque>, b = red "), "{shown}");
        assert!(!shown.contains('\u{1b}'), "no escape sequence reaches a terminal: {shown}");
    }

    #[tokio::test]
    async fn has_a_reason_if_one_was_given() {
        #[requires_approval(by = script, reason = "it moves money", show())]
        async fn literal(script: &Scripted) -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval(by = script, reason = format!("it moves ${amount}"), show())]
        async fn made(script: &Scripted, amount: u32) -> Result<(), Fault> {
            Ok(())
        }
        let script = Scripted::new([Decision::approve(), Decision::approve()]);
        literal(&script).await.unwrap();
        made(&script, 40).await.unwrap();
        let reasons: Vec<_> = script.requests().into_iter().map(|request| request.reason).collect();
        assert_eq!(reasons, [Some("it moves money".to_owned()), Some("it moves $40".to_owned())]);
    }
}

mod who_is_asked {
    use super::*;

    #[tokio::test]
    async fn is_the_approver_of_the_attribute_before_that_of_the_scope() {
        #[requires_approval(by = Approve)]
        async fn open() -> Result<u32, Fault> {
            Ok(1)
        }
        #[requires_approval(by = Deny)]
        async fn closed() -> Result<u32, Fault> {
            Ok(1)
        }
        assert_eq!(Scope::current().approver(Deny).run(open()).await, Ok(1));
        assert!(Scope::current().approver(Approve).run(closed()).await.is_err());
    }

    #[tokio::test]
    async fn is_the_approver_of_the_inner_scope_before_that_of_the_outer() {
        let inner = async { Scope::current().approver(Approve).run(refund(40)).await };
        assert_eq!(Scope::current().approver(Deny).run(inner).await, Ok(40));

        let inner = async { Scope::current().approver(Deny).run(refund(40)).await };
        assert!(Scope::current().approver(Approve).run(inner).await.is_err());
    }

    #[tokio::test]
    async fn is_the_outer_approver_where_the_inner_scope_names_none() {
        let inner = async { Scope::current().recorder(&reliable::Recorder::new()).run(refund(40)).await };
        assert_eq!(Scope::current().approver(Approve).run(inner).await, Ok(40));
    }

    #[tokio::test]
    async fn is_the_outer_approver_again_after_the_inner_scope() {
        let calls = async {
            let inner = Scope::current().approver(Deny).run(refund(1)).await;
            (inner, refund(2).await)
        };
        let (inner, outer) = Scope::current().approver(Approve).run(calls).await;
        assert!(inner.is_err());
        assert_eq!(outer, Ok(2));
    }

    #[tokio::test]
    async fn may_be_a_field_or_a_shared_handle() {
        struct Desk {
            approver: std::sync::Arc<Scripted>,
        }
        impl Desk {
            #[requires_approval(by = self.approver, show())]
            async fn open(&self) -> Result<u32, Fault> {
                Ok(1)
            }
        }
        let desk = Desk { approver: std::sync::Arc::new(yes()) };
        assert_eq!(desk.open().await, Ok(1));
        assert_eq!(desk.approver.requests().len(), 1);
    }
}

mod an_approver_that_can_decide_at_once {
    use super::*;

    /// Small refunds need nobody; the rest is for `A`.
    struct UpTo<A>(u32, A);

    impl<A: Approver> Approver for UpTo<A> {
        fn at_once(&self, request: &Request) -> Option<Decision> {
            let amount: u32 = request.arguments[0].value.as_ref()?.parse().ok()?;
            (amount <= self.0).then(|| Decision::approve().by("the rules"))
        }

        async fn review(&self, request: &Request) -> Decision {
            self.1.review(request).await
        }
    }

    #[tokio::test]
    async fn is_asked_first_and_leaves_the_rest_to_its_review() {
        let human = Scripted::new([Decision::deny("too much")]);
        let scope = Scope::current().approver(UpTo(50, human.clone()));
        assert_eq!(scope.clone().run(refund(40)).await, Ok(40));
        assert!(human.requests().is_empty());
        assert_eq!(reason_of(scope.run(refund(60)).await), "too much");
    }

    #[tokio::test]
    async fn does_so_behind_a_reference_and_in_an_arc_too() {
        #[requires_approval(by = &rules)]
        async fn pay(amount: u32, rules: &UpTo<Deny>) -> Result<u32, Fault> {
            Ok(amount)
        }

        let rules = std::sync::Arc::new(UpTo(50, Deny));
        assert_eq!(Scope::current().approver(std::sync::Arc::clone(&rules)).run(refund(40)).await, Ok(40));
        assert_eq!(pay(40, &rules).await, Ok(40));
    }

    #[tokio::test]
    async fn is_told_of_as_any_other() {
        let recorder = reliable::Recorder::new();
        let scope = Scope::current().approver(UpTo(50, Deny)).recorder(&recorder);
        assert_eq!(scope.run(refund(40)).await, Ok(40));
        let told: Vec<String> = recorder.report().entries().iter().map(|entry| entry.event.to_string()).collect();
        assert_eq!(told, ["may it run? (amount = 40)", "approved by the rules"]);
    }
}

mod asks {
    use super::*;

    #[tokio::test]
    async fn shows_the_question_and_runs_nothing() {
        #[requires_approval]
        async fn f(ran: &AtomicU32, amount: u32) -> Result<(), Fault> {
            ran.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        let ran = AtomicU32::new(0);
        let question = Scope::current().approver(Approve).run(approver::asks(f(&ran, 5))).await;
        assert_eq!(question.to_string(), "f(ran = 0, amount = 5)");
        assert_eq!(ran.into_inner(), 0, "though the approver in scope says yes");
    }

    #[tokio::test]
    async fn goes_before_the_approver_of_the_attribute_and_those_of_scopes_inside() {
        #[requires_approval(by = Approve)]
        async fn f() -> Result<(), Fault> {
            unreachable!("it is denied")
        }
        approver::asks(f()).await;
        approver::asks(Scope::current().approver(Approve).run(f())).await;
        approver::asks(async { reliable::spawn(f()).await.unwrap() }).await;
        approver::asks(reliable::Approval::new("by hand").ask()).await;
    }

    #[tokio::test]
    async fn sees_a_question_whose_denial_is_hidden() {
        #[reliable::fallback(Ok(0), when = true)]
        #[requires_approval]
        async fn f(amount: u32) -> Result<u32, Fault> {
            unreachable!("it is denied")
        }
        assert_eq!(approver::asks(f(5)).await.to_string(), "f(amount = 5)");
    }

    #[tokio::test]
    async fn sees_a_question_that_can_t_be_shown() {
        struct Panics;
        impl std::fmt::Debug for Panics {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                panic!("not shown")
            }
        }
        #[requires_approval]
        async fn f(a: Panics) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(approver::asks(f(Panics)).await.tool, "f");
    }

    #[tokio::test]
    async fn gives_the_first_question_and_denies_them_all() {
        let both = async { (refund(1).await.is_err(), refund(2).await.is_err()) };
        let question = approver::asks(async { assert_eq!(both.await, (true, true)) }).await;
        assert_eq!(question.to_string(), "refund(amount = 1)");
    }

    #[tokio::test]
    async fn hears_of_a_question_in_another_one_inside() {
        let question = approver::asks(async { approver::asks(refund(1)).await }).await;
        assert_eq!(question.to_string(), "refund(amount = 1)");
        assert_eq!(reason_of(refund(1).await), "no approver is installed", "and it ends with the call");
    }

    async fn panic_of<T: Send + 'static>(call: impl Future<Output = T> + Send + 'static) -> String {
        let panic = tokio::spawn(approver::asks(call)).await.unwrap_err().into_panic();
        panic.downcast_ref::<String>().unwrap().clone()
    }

    #[tokio::test]
    async fn panics_if_nothing_was_asked() {
        #[requires_approval(when = amount > 50)]
        async fn f(amount: u32) -> Result<(), Fault> {
            Ok(())
        }
        async fn ungated() {}
        for panic in [panic_of(ungated()).await, panic_of(f(50)).await] {
            assert!(panic.starts_with("nothing was asked in the call at tests/approval.rs:"), "{panic}");
            assert!(panic.contains("write `#[requires_approval]` on the function"), "{panic}");
        }
        approver::asks(f(51)).await;
    }
}
