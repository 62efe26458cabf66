//! The option `fault`: how a fault becomes an error, where the error type is somebody else's.

use std::time::Duration;

use reliable::{
    After, Before, Failure, Fault, Policy, Step, agent, bulkhead, circuit_breaker, policy, requires_approval, retry,
    timeout,
};

/// As a foreign type that knows nothing of faults.
#[derive(Debug, PartialEq)]
struct Foreign(String);

#[expect(clippy::needless_pass_by_value, reason = "this is what the option takes")]
fn foreign(fault: Fault) -> Foreign {
    Foreign(fault.to_string())
}

struct Strict;

impl Policy for Strict {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }

    fn after(&self, tool: &'static str, (): &mut (), _: Result<(), &Failure<'_>>) -> After {
        After::Fail(Fault::Policy { tool: tool.into(), reason: "not good enough".to_owned() })
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_is_called_with_the_fault() {
    #[requires_approval(when = ask, fault = foreign)]
    #[retry(max = 1)]
    #[timeout(ms = 5)]
    async fn late(ask: bool) -> Result<(), Foreign> {
        std::future::pending().await
    }
    assert_eq!(late(false).await, Err(Foreign("`late` timed out after 5ms".to_owned())));
    assert_eq!(late(true).await, Err(Foreign("`late` was denied: no approver is installed".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_expression_finds_the_fault_by_its_name() {
    #[timeout(ms = 5, fault = Foreign(format!("{word}: {fault}")))]
    async fn late(word: &str) -> Result<(), Foreign> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
    assert_eq!(late("sorry").await, Err(Foreign("sorry: `late` timed out after 5ms".to_owned())));
}

#[tokio::test]
async fn every_attribute_that_ends_a_call_has_it() {
    #[circuit_breaker(failures = 1, fault = foreign)]
    fn breaks() -> Result<(), Foreign> {
        Err(Foreign("503".to_owned()))
    }
    #[bulkhead(max = 1, reject, fault = foreign)]
    fn queues(inner: bool) -> Result<(), Foreign> {
        if inner { Ok(()) } else { queues(true) }
    }
    #[policy(Strict, fault = foreign)]
    async fn strict() -> Result<(), Foreign> {
        Ok(())
    }
    #[agent(max_steps = 1, fault = foreign)]
    async fn runs() -> Result<Step<()>, Foreign> {
        Ok(Step::Next)
    }
    breaks().unwrap_err();
    assert!(breaks().unwrap_err().0.contains("circuit breaker is open"));
    assert_eq!(queues(false), Err(Foreign("`queues` was not called: the bulkhead has no room".to_owned())));
    assert_eq!(strict().await, Err(Foreign("`strict` failed: not good enough".to_owned())));
    assert_eq!(runs().await, Err(Foreign("`runs` stopped at its limit of 1 step".to_owned())));
}
