//! Each fault as rig has it, and each error of rig as a retry has it.

use std::error::Error;
use std::io;
use std::time::Duration;

use ::http::{HeaderMap, HeaderName, StatusCode};
use ::rig::ProviderResponseError;
use ::rig::completion::PromptError;
use ::rig::error::{ErrorKind, ErrorReport, ProviderError};
use ::rig::http_client;
use ::rig::tool::{ToolContext, ToolErrorKind, ToolExecutionError};

use super::tool_error;
use crate::said::fault::{BudgetExceeded, Fault};
use crate::said::fault_kind::FaultKind;
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::seen::inspect::Inspect;
use crate::seen::inspect::digested::Shown;
use crate::seen::transient::Transient;

const SECOND: Duration = Duration::from_secs(1);

fn denied() -> Fault {
    Fault::Denied { tool: "refund".into(), reason: "not today".into() }
}

fn timed_out() -> Fault {
    Fault::TimedOut { tool: "refund".into(), limit: SECOND }
}

fn read(error: &ToolExecutionError) -> &str {
    error.model_feedback().unwrap()
}

/// As a `#[retry]` sees it: whether it tries again.
macro_rules! is_retried {
    ($error:expr) => {
        Inspect::new(&$error).failure().is_transient()
    };
}

mod what_a_tool_fails_with {
    use super::*;

    #[test]
    fn every_fault_is_the_error_of_rig_that_says_the_same() {
        use ToolErrorKind as Kind;
        let (tool, agent) = (|| ToolName::from("refund"), || ToolName::from("assistant"));
        let budget = BudgetExceeded::Tokens { max: 10, spent: 8, asked: 4 };
        let faults = [
            (timed_out(), Kind::Timeout, true, "reliable.timed_out"),
            (denied(), Kind::PermissionDenied, false, "reliable.denied"),
            (Fault::Expired { tool: tool(), within: None }, Kind::PermissionDenied, false, "reliable.expired"),
            (Fault::CircuitOpen { tool: tool(), left: SECOND }, Kind::Provider, false, "reliable.circuit_open"),
            (
                Fault::Rejected { tool: tool(), by: "bulkhead".into(), wait: None },
                Kind::RateLimited,
                true,
                "reliable.rejected",
            ),
            (Fault::Policy { tool: tool(), reason: "no".into() }, Kind::Other, true, "reliable.policy"),
            (Fault::CallLimit { tool: tool(), max: 5 }, Kind::Other, false, "reliable.call_limit"),
            (Fault::StepLimit { agent: agent(), max_steps: 8 }, Kind::Other, false, "reliable.step_limit"),
            (
                Fault::OverBudget { agent: agent(), budget: Box::new(budget) },
                Kind::Other,
                false,
                "reliable.over_budget",
            ),
            (Fault::Unpriced { agent: agent() }, Kind::Other, false, "reliable.over_budget"),
            (Fault::Stuck { agent: agent(), repeats: 3 }, Kind::Other, false, "reliable.stuck"),
            (
                Fault::TooManyDenials { agent: agent(), denials: 3 },
                Kind::PermissionDenied,
                false,
                "reliable.too_many_denials",
            ),
        ];
        for (fault, kind, retryable, code) in faults {
            let error = ToolExecutionError::from(fault.clone());
            assert_eq!(error.message(), fault.to_string());
            assert_eq!(read(&error), fault.model_feedback());
            assert_eq!(error.kind(), kind, "{fault}");
            assert_eq!(error.retryable(), Some(retryable), "{fault}");
            assert_eq!(error.code(), Some(code));
            assert_eq!(error.is_refusal(), fault.kind() == FaultKind::Denied, "{fault}");
            assert_eq!(error.downcast_ref::<Fault>(), Some(&fault));
            assert_eq!(FaultKind::of(&error), Some(fault.kind()));
        }
    }

    #[derive(Debug, thiserror::Error)]
    enum RefundError {
        #[error("10.0.0.7 answered 550")]
        Server,
        #[error(transparent)]
        Fault(#[from] Fault),
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the refund of card 4929 failed")]
    struct Wrapped<E: Error + 'static>(#[source] E);

    #[test]
    fn an_error_of_ones_own_is_hidden_from_the_model() {
        let error = tool_error(RefundError::Server);
        assert_eq!(read(&error), "the tool failed");
        assert_eq!(error.message(), "10.0.0.7 answered 550");
        assert_eq!((error.kind(), error.retryable(), error.code()), (ToolErrorKind::Other, None, None));
        assert!(error.is::<RefundError>());
    }

    #[test]
    fn a_fault_is_found_in_a_variant_that_hides_it() {
        let faults = [
            denied(),
            timed_out(),
            Fault::Expired { tool: "refund".into(), within: Some(SECOND) },
            Fault::CircuitOpen { tool: "refund".into(), left: Duration::ZERO },
            Fault::Rejected { tool: "refund".into(), by: "bulkhead".into(), wait: None },
            Fault::Policy { tool: "refund".into(), reason: "no".into() },
            Fault::CallLimit { tool: "refund".into(), max: 5 },
            Fault::StepLimit { agent: "refund".into(), max_steps: 8 },
            Fault::Unpriced { agent: "refund".into() },
            Fault::Stuck { agent: "refund".into(), repeats: 3 },
            Fault::TooManyDenials { agent: "refund".into(), denials: 3 },
        ];
        for fault in faults {
            let (bare, hidden) = (ToolExecutionError::from(fault.clone()), tool_error(RefundError::from(fault)));
            assert_eq!(read(&hidden), read(&bare));
            assert_eq!(hidden.message(), bare.message());
            assert_eq!(hidden.report(), ErrorReport { source_chain: hidden.report().source_chain, ..bare.report() });
            assert!(hidden.is::<RefundError>(), "its source is the error that was given");
            assert_eq!(FaultKind::of(&hidden), FaultKind::of(&bare));
        }
    }

    #[test]
    fn of_what_a_hidden_fault_knew_only_the_time_left_is_not_in_the_advice() {
        let open = Fault::CircuitOpen { tool: "refund".into(), left: SECOND };
        assert_eq!(
            read(&tool_error(RefundError::from(open))),
            "`refund` was not called: its circuit breaker is open for another 1s. The service has been failing: call it \
             again a little later, or go on without it."
        );
        let full = Fault::Rejected { tool: "refund".into(), by: "rate limit".into(), wait: Some(SECOND) };
        assert_eq!(
            read(&tool_error(RefundError::from(full))),
            "`refund` was not called: the rate limit has room again in 1s. It did not run. Call it again later, or go on \
             without it."
        );
    }

    #[test]
    fn a_fault_is_found_however_deep_and_the_model_reads_nothing_of_what_is_around_it() {
        let found = [
            tool_error(Wrapped(denied())),
            tool_error(Wrapped(RefundError::from(denied()))),
            tool_error(Wrapped(Wrapped(io::Error::from(denied())))),
        ];
        for error in found {
            assert_eq!(read(&error), denied().model_feedback());
            assert_eq!(error.message(), "the refund of card 4929 failed", "people read it all");
            assert!(error.is_refusal());
        }
    }

    #[test]
    fn what_is_an_error_of_a_tool_already_stays_as_it_is() {
        let explained = ToolExecutionError::from(denied()).with_model_feedback("ask Ana");
        let error = tool_error(explained);
        assert_eq!(read(&error), "ask Ana");
        assert!(error.is_refusal());
    }

    #[test]
    fn a_retry_goes_by_the_fault_then_by_what_the_error_says_then_by_the_status() {
        assert!(is_retried!(ToolExecutionError::from(timed_out())));
        assert!(!is_retried!(ToolExecutionError::from(denied())));
        assert!(!is_retried!(ToolExecutionError::from(Fault::CircuitOpen { tool: "refund".into(), left: SECOND })));
        let full = Fault::Rejected { tool: "refund".into(), by: "bulkhead".into(), wait: None };
        assert!(!is_retried!(ToolExecutionError::from(full)), "although the model may call it again later");
        assert!(is_retried!(ToolExecutionError::from(timed_out()).with_retryable(false)));
        let insists = ToolExecutionError::from(denied()).with_retryable(true);
        assert!(!Inspect::new(&insists).failure().when(true).is_transient(), "a denial is final, whoever insists");

        assert!(is_retried!(ToolExecutionError::network("no route")));
        assert!(!is_retried!(ToolExecutionError::invalid_args("no city")));
        assert!(!is_retried!(ToolExecutionError::refused("no")));
        assert!(is_retried!(ToolExecutionError::provider("busy").with_http_status(503)));
        assert!(!is_retried!(ToolExecutionError::provider("gone").with_http_status(404)));
        assert!(is_retried!(ToolExecutionError::provider("gone").with_http_status(404).with_retryable(true)));
        assert!(!is_retried!(ToolExecutionError::provider("busy").with_http_status(503).with_retryable(false)));
        assert!(is_retried!(ToolExecutionError::other("something")), "it says nothing");
        assert!(is_retried!(tool_error(RefundError::Server)));
    }
}

mod what_a_model_fails_with {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    /// The error of a call that was answered so, in every form that rig has for it.
    struct Answered {
        transport: http_client::Error,
        provider: ProviderError,
        report: ErrorReport,
        prompt: PromptError,
        relayed: PromptError,
    }

    fn answered(status: u16, pairs: &[(&'static str, &str)], body: &str) -> Answered {
        let status = StatusCode::from_u16(status).unwrap();
        let transport = || http_client::Error::non_success_with_details(status, headers(pairs), body.to_owned());
        let provider = ProviderError::from_transport_error(transport());
        Answered {
            transport: transport(),
            report: provider.report(),
            prompt: PromptError::Provider(provider.clone()),
            relayed: PromptError::Report(provider.report()),
            provider,
        }
    }

    /// What a `#[retry]` makes of it, which must be the same in every form.
    fn retry(status: u16, pairs: &[(&'static str, &str)], body: &str) -> (bool, Option<Duration>) {
        let Answered { transport, provider, report, prompt, relayed } = answered(status, pairs, body);
        let all = [
            Inspect::new(&transport).failure(),
            Inspect::new(&provider).failure(),
            Inspect::new(&report).failure(),
            Inspect::new(&prompt).failure(),
            Inspect::new(&relayed).failure(),
        ]
        .map(|failure| (failure.is_transient(), failure.retry_after()));
        assert_eq!(all, [all[0]; 5]);
        all[0]
    }

    #[test]
    fn the_status_decides() {
        for status in [408, 425, 429, 500, 503, 529] {
            assert_eq!(retry(status, &[], "{}"), (true, None), "{status}");
        }
        for status in [400, 401, 403, 404, 422] {
            assert_eq!(retry(status, &[], "{}"), (false, None), "{status}");
        }
    }

    #[test]
    fn the_server_is_obeyed() {
        assert_eq!(retry(429, &[("retry-after", "2")], "{}"), (true, Some(Duration::from_secs(2))));
        assert_eq!(retry(429, &[("retry-after-ms", "20")], "{}"), (true, Some(Duration::from_millis(20))));
        assert_eq!(retry(503, &[("x-should-retry", "false")], "{}"), (false, None));
        assert_eq!(retry(400, &[("x-should-retry", "true")], "{}"), (true, None));
    }

    #[test]
    fn no_wait_cures_an_exhausted_quota() {
        let body = r#"{"error": {"code": "insufficient_quota"}}"#;
        assert!(!retry(429, &[("retry-after", "1")], body).0);
        assert!(retry(429, &[], r#"{"error": {"code": "rate_limit_exceeded"}}"#).0);
    }

    #[test]
    fn a_connection_that_broke_is_retried_and_a_request_that_is_wrong_is_not() {
        let broke = || http_client::Error::instance(io::Error::from(io::ErrorKind::ConnectionReset));
        assert!(is_retried!(broke()));
        assert!(is_retried!(ProviderError::from_transport_error(broke())));
        assert!(is_retried!(ProviderError::Truncated));
        assert!(!is_retried!(http_client::Error::NoHeaders));
        assert!(!is_retried!(ProviderError::request("no model")));
        assert!(!is_retried!(ErrorReport::new(ErrorKind::Internal, "a bug")));
    }

    #[test]
    fn a_run_that_reached_its_limit_is_not_begun_again() {
        let prompt = PromptError::MaxTurns { max_turns: 3, chat_history: Vec::new(), prompt: "?".into() };
        assert!(!is_retried!(prompt));
        assert!(!is_retried!(PromptError::cancelled([], "enough")));
    }

    #[test]
    fn a_fault_is_found_again_in_each_of_them() {
        assert_eq!(ProviderError::from(timed_out()).fault(), Some(FaultKind::TimedOut));
        assert_eq!(PromptError::from(timed_out()).fault(), Some(FaultKind::TimedOut));
        assert_eq!(http_client::Error::from(timed_out()).fault(), Some(FaultKind::TimedOut));
        let by_transport = ProviderError::from_transport_error(denied().into());
        assert_eq!(by_transport.fault(), Some(FaultKind::Denied));

        assert!(is_retried!(ProviderError::from(timed_out())));
        assert!(is_retried!(PromptError::from(timed_out())));
        assert!(is_retried!(http_client::Error::from(timed_out())));
        assert!(!is_retried!(ProviderError::from(denied())));
        assert!(!is_retried!(PromptError::from(denied())));
        assert!(!is_retried!(http_client::Error::from(denied())));
        assert!(!is_retried!(by_transport));

        let wrapped = io::Error::other(PromptError::from(denied()));
        assert_eq!(FaultKind::of(&wrapped), Some(FaultKind::Denied));
        assert_eq!(read(&tool_error(wrapped)), denied().model_feedback());
    }

    #[test]
    fn an_answer_without_a_status_goes_by_what_the_transport_says() {
        let busy = ProviderResponseError::without_status("busy").with_transient(Some(true));
        assert!(is_retried!(ProviderError::ProviderResponse(busy.clone())));
        assert!(!is_retried!(ProviderError::ProviderResponse(busy.with_refusal(true))));
    }

    #[test]
    fn the_money_of_an_agent_is_no_matter_for_a_retry() {
        let budget = BudgetExceeded::Usd { max: Usd::cents(1), spent: Usd::cents(1), asked: Usd::cents(1) };
        let over = Fault::OverBudget { agent: "assistant".into(), budget: Box::new(budget) };
        assert!(!is_retried!(PromptError::from(over)));
    }
}

#[test]
fn a_question_leaves_the_context_out_and_not_what_is_only_called_like_it() {
    mod own {
        #[derive(Debug)]
        pub(super) struct ToolContext;
    }
    let mut context = ToolContext::new();
    assert!(Inspect::new(&context).digested().argument().0.is_none());
    assert!(Inspect::new(&&context).digested().argument().0.is_none());
    assert!(Inspect::new(&&mut context).digested().argument().0.is_none());
    assert!(Inspect::new(&context).digested().hidden().0.is_none());
    let own = Inspect::new(&own::ToolContext).digested().argument();
    assert!(matches!(own.0.unwrap().shown, Shown::InWords(words) if words == "ToolContext"));
}
