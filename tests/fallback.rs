//! What `#[fallback]` does: what it answers, with what, and what it leaves alone.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::error::Error as StdError;
use std::future::pending;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use reliable::approver::{Approve, Deny};
use reliable::{Approver, Decision, Fault, FaultKind, Request, Step};
use reliable::{agent, fallback, requires_approval, retry, timeout};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error("no forecast for {0}")]
    Unknown(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Nobody ever answers.
struct Silent;

impl Approver for Silent {
    async fn review(&self, _: &Request) -> Decision {
        pending().await
    }
}

mod it_gets {
    use super::*;

    #[tokio::test]
    async fn the_original_arguments() {
        #[fallback(offline)]
        #[retry(max = 1, backoff = "none", clone)]
        async fn forecast(city: String, days: u32, (lat, lon): (i32, i32)) -> Result<String, Error> {
            let changed = city + "!";
            Err(Error::Unknown(format!("{changed} {days} {lat} {lon}")))
        }
        async fn offline(city: String, days: u32, (lat, lon): (i32, i32)) -> Result<String, Error> {
            Ok(format!("{city} {days} {lat} {lon}"))
        }
        assert_eq!(forecast("Oslo".to_owned(), 3, (59, 10)).await.unwrap(), "Oslo 3 59 10");
    }

    #[tokio::test]
    async fn the_receiver_first() {
        struct Client {
            cache: u32,
        }
        impl Client {
            #[fallback(Self::cached)]
            async fn price(&self, factor: u32) -> Result<u32, Error> {
                Err(Error::Unknown(factor.to_string()))
            }

            async fn cached(&self, factor: u32) -> Result<u32, Error> {
                Ok(self.cache * factor)
            }
        }
        assert_eq!(Client { cache: 21 }.price(2).await.unwrap(), 42);
    }

    #[tokio::test]
    async fn the_state_in_which_the_last_attempt_left_what_was_lent() {
        #[fallback(partial)]
        #[retry(max = 2, backoff = "none")]
        async fn collect(found: &mut Vec<u32>) -> Result<usize, Error> {
            found.push(1);
            Err(Error::Busy)
        }
        async fn partial(found: &mut [u32]) -> Result<usize, Error> {
            Ok(found.len())
        }
        assert_eq!(collect(&mut Vec::new()).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn the_error_where_it_is_an_expression() {
        #[fallback(Ok(format!("{error} ({days} days)")))]
        async fn forecast(city: &str, days: u32) -> Result<String, Error> {
            Err(Error::Unknown(city.to_owned()))
        }
        assert_eq!(forecast("Oslo", 3).await.unwrap(), "no forecast for Oslo (3 days)");
    }

    #[tokio::test]
    async fn the_error_itself_and_not_a_reference_to_it() {
        struct Token;
        #[fallback(Ok(error))]
        async fn f() -> Result<Token, Token> {
            Err(Token)
        }
        assert!(f().await.is_ok());
    }

    #[tokio::test]
    async fn the_error_also_where_the_expression_waits() {
        #[fallback(explain(&error).await)]
        async fn f() -> Result<String, Error> {
            Err(Error::Busy)
        }
        async fn explain(error: &Error) -> Result<String, Error> {
            tokio::task::yield_now().await;
            Ok(format!("it was {error}"))
        }
        assert_eq!(f().await.unwrap(), "it was busy");
    }
}

mod it_answers {
    use super::*;

    #[tokio::test]
    async fn no_call_that_went_well() {
        #[fallback(unreachable!("nothing has failed"))]
        async fn f() -> Result<u32, Error> {
            Ok(1)
        }
        assert_eq!(f().await, Ok(1));
    }

    #[tokio::test]
    async fn every_error_of_the_body() {
        #[fallback(Ok(42))]
        async fn f(early: bool) -> Result<u32, Error> {
            if early {
                return Err(Error::Busy);
            }
            let n: u32 = "no number".parse().map_err(|_| Error::Busy)?;
            Ok(n)
        }
        assert_eq!(f(true).await, Ok(42));
        assert_eq!(f(false).await, Ok(42));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout() {
        #[fallback(Ok(42))]
        #[timeout(ms = 50)]
        async fn f() -> Result<u32, Error> {
            pending().await
        }
        assert_eq!(f().await, Ok(42));
    }

    #[tokio::test]
    async fn a_step_limit() {
        #[fallback(Ok("as far as I got".to_owned()))]
        #[agent(max_steps = 2)]
        async fn f() -> Result<Step<String>, Error> {
            Ok(Step::Next)
        }
        assert_eq!(f().await.unwrap(), "as far as I got");
    }

    #[tokio::test]
    async fn once_after_all_retries() {
        #[fallback(Ok(*attempts.lock().unwrap()))]
        #[retry(max = 3, backoff = "none")]
        async fn f(attempts: &Mutex<u32>) -> Result<u32, Error> {
            *attempts.lock().unwrap() += 1;
            Err(Error::Busy)
        }
        assert_eq!(f(&Mutex::default()).await, Ok(4));
    }

    #[test]
    fn in_a_plain_function() {
        #[fallback(other)]
        fn f(n: u32) -> Result<u32, Error> {
            if n == 0 {
                return Err(Error::Busy);
            }
            Ok(n)
        }
        fn other(_: u32) -> Result<u32, Error> {
            Ok(42)
        }
        assert_eq!(f(0), Ok(42));
        assert_eq!(f(1), Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_when_the_call_is_dropped() {
        #[fallback(other)]
        #[retry(max = 3)]
        async fn f(called: &Mutex<bool>) -> Result<u32, Error> {
            Err(Error::Busy)
        }
        async fn other(called: &Mutex<bool>) -> Result<u32, Error> {
            *called.lock().unwrap() = true;
            Ok(42)
        }
        let called = Mutex::default();
        assert!(tokio::time::timeout(Duration::from_millis(100), f(&called)).await.is_err());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!*called.lock().unwrap());
    }
}

mod its_own_failure {
    use super::*;

    #[tokio::test]
    async fn surfaces() {
        #[fallback(other)]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        async fn other() -> Result<u32, Error> {
            Err(Error::Unknown("Oslo".to_owned()))
        }
        assert_eq!(f().await, Err(Error::Unknown("Oslo".to_owned())));
    }

    #[tokio::test]
    async fn may_be_the_answer_of_an_expression_too() {
        #[fallback(Err(Error::Unknown(error.to_string())))]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        assert_eq!(f().await, Err(Error::Unknown("busy".to_owned())));
    }

    #[tokio::test]
    async fn is_answered_by_a_fallback_above() {
        #[fallback(last)]
        #[fallback(second)]
        async fn f(path: &Mutex<Vec<&str>>) -> Result<u32, Error> {
            path.lock().unwrap().push("first");
            Err(Error::Busy)
        }
        async fn second(path: &Mutex<Vec<&str>>) -> Result<u32, Error> {
            path.lock().unwrap().push("second");
            Err(Error::Busy)
        }
        async fn last(path: &Mutex<Vec<&str>>) -> Result<u32, Error> {
            path.lock().unwrap().push("last");
            Ok(3)
        }
        let path = Mutex::default();
        assert_eq!(f(&path).await, Ok(3));
        assert_eq!(*path.lock().unwrap(), ["first", "second", "last"]);
    }

    #[tokio::test]
    async fn is_not_needed_where_a_fallback_below_has_answered() {
        #[fallback(unreachable!("the lower one has answered"))]
        #[fallback(Ok(2))]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        assert_eq!(f().await, Ok(2));
    }

    #[tokio::test]
    async fn a_question_mark_in_the_expression_leaves_the_function() {
        #[fallback(Ok(parse("no number")? + 1))]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        fn parse(text: &str) -> Result<u32, Error> {
            text.parse().map_err(|_| Error::Unknown(text.to_owned()))
        }
        assert_eq!(f().await, Err(Error::Unknown("no number".to_owned())));
    }
}

mod a_refusal {
    use super::*;

    #[tokio::test]
    async fn by_a_human_is_left_alone() {
        #[fallback(Ok(42))]
        #[requires_approval(by = Deny)]
        async fn f() -> Result<u32, Error> {
            Ok(1)
        }
        assert!(matches!(f().await, Err(Error::Fault(Fault::Denied { .. }))));
    }

    #[tokio::test(start_paused = true)]
    async fn by_silence_is_left_alone() {
        #[fallback(Ok(42))]
        #[requires_approval(by = Silent, within = "5m")]
        async fn f() -> Result<u32, Error> {
            Ok(1)
        }
        assert!(matches!(f().await, Err(Error::Fault(Fault::Expired { .. }))));
    }

    #[tokio::test]
    async fn of_a_tool_further_in_is_left_alone() {
        #[fallback(Ok(42))]
        async fn desk() -> anyhow::Result<u32> {
            use anyhow::Context;
            refund().await.context("at the desk")
        }
        #[requires_approval(by = Deny)]
        async fn refund() -> Result<u32, Error> {
            Ok(1)
        }
        assert!(desk().await.is_err());
    }

    #[tokio::test]
    async fn is_seen_in_every_error_type_that_can_carry_it() {
        #[fallback(Ok(42))]
        #[requires_approval(by = Deny)]
        async fn io_error() -> io::Result<u32> {
            Ok(1)
        }
        #[fallback(Ok(42))]
        #[requires_approval(by = Deny)]
        async fn boxed() -> Result<u32, Box<dyn StdError>> {
            Ok(1)
        }
        #[fallback(Ok(42))]
        #[requires_approval(by = Deny)]
        async fn boxed_send() -> Result<u32, Box<dyn StdError + Send + Sync>> {
            Ok(1)
        }
        assert!(io_error().await.is_err());
        assert!(boxed().await.is_err());
        assert!(boxed_send().await.is_err());
    }

    #[tokio::test]
    async fn is_answered_if_when_says_so() {
        #[fallback(Ok(42), when = matches!(error, Error::Fault(fault) if fault.kind() == FaultKind::Denied))]
        #[requires_approval(by = Deny)]
        async fn f() -> Result<u32, Error> {
            Ok(1)
        }
        assert_eq!(f().await, Ok(42));
    }

    #[tokio::test]
    async fn does_not_keep_it_from_answering_what_happens_after_a_yes() {
        #[fallback(Ok(42))]
        #[requires_approval(by = Approve)]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        assert_eq!(f().await, Ok(42));
    }
}

mod when {
    use super::*;

    #[tokio::test]
    async fn an_expression_chooses_the_errors() {
        #[fallback(Ok(42), when = matches!(error, Error::Busy))]
        async fn f(error: Error) -> Result<u32, Error> {
            // Inside `when`, `error` is the error of the call.
            Err(match error {
                Error::Busy => Error::Unknown("Oslo".to_owned()),
                _ => Error::Busy,
            })
        }
        assert_eq!(f(Error::Busy).await, Err(Error::Unknown("Oslo".to_owned())));
        assert_eq!(f(Error::Unknown("Oslo".to_owned())).await, Ok(42));
    }

    #[tokio::test]
    async fn a_path_chooses_the_errors() {
        fn is_busy(error: &Error) -> bool {
            *error == Error::Busy
        }
        #[fallback(other, when = is_busy)]
        async fn f(busy: bool) -> Result<u32, Error> {
            Err(if busy { Error::Busy } else { Error::Unknown("Oslo".to_owned()) })
        }
        async fn other(_: bool) -> Result<u32, Error> {
            Ok(42)
        }
        assert_eq!(f(true).await, Ok(42));
        assert!(f(false).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_is_chosen_like_any_other_error() {
        #[fallback(Ok(42), when = !matches!(error, Error::Fault(Fault::TimedOut { .. })))]
        #[timeout(ms = 50)]
        async fn f() -> Result<u32, Error> {
            pending().await
        }
        assert!(f().await.is_err());
    }

    #[tokio::test]
    async fn two_fallbacks_share_the_errors() {
        #[fallback(Ok(1), when = matches!(error, Error::Unknown(_)))]
        #[fallback(Ok(2), when = matches!(error, Error::Busy))]
        async fn f(busy: bool) -> Result<u32, Error> {
            Err(if busy { Error::Busy } else { Error::Unknown("Oslo".to_owned()) })
        }
        assert_eq!(f(false).await, Ok(1));
        assert_eq!(f(true).await, Ok(2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_of_the_same_function_is_not_answered_even_if_the_error_type_hides_it() {
    #[fallback(Ok(42))]
    #[reliable::requires_approval(by = Deny)]
    async fn words() -> Result<u32, String> {
        Ok(1)
    }

    #[derive(Debug)]
    struct Mute;
    impl From<Fault> for Mute {
        fn from(_: Fault) -> Mute {
            Mute
        }
    }
    #[fallback(Ok(42))]
    #[fallback(Ok(41))]
    #[reliable::requires_approval(by = Deny)]
    async fn mute() -> Result<u32, Mute> {
        Ok(1)
    }

    assert_eq!(words().await.unwrap_err(), "`words` was denied: every request is denied here");
    assert!(mute().await.is_err());
}
