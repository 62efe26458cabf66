//! What is counted from the events.

use super::facade::{add, record};
use crate::fault::BudgetExceeded;
use crate::{CircuitState, Event, Fault, ToolName};

/// Counts what an event tells. Of a retry, of a rejection and of a timeout it does not: a policy of one's own may have told
/// of them, and the calls that go well have no event.
pub(crate) fn count(event: &Event) {
    match event {
        Event::FellBack { tool, .. } => one("ft.fallback.calls.total", tool),
        Event::Circuit { tool, state: CircuitState::Open } => one("ft.circuitbreaker.opened.total", tool),
        Event::Waited { tool, by, waited } => match &**by {
            "bulkhead" => record("ft.bulkhead.waitingDuration", tool.text(), *waited),
            "rate limit" => record("ft.ratelimit.waitingDuration", tool.text(), *waited),
            _ => {}
        },
        Event::Approved { tool, waited, .. } => {
            tagged("ft.approval.calls.total", tool, ("decision", "approved"));
            record("ft.approval.waitingDuration", tool.text(), *waited);
        }
        Event::Refused { tool, fault, waited, .. } => {
            let decision = if matches!(fault, Fault::Expired { .. }) { "expired" } else { "denied" };
            tagged("ft.approval.calls.total", tool, ("decision", decision));
            record("ft.approval.waitingDuration", tool.text(), *waited);
        }
        Event::Step { agent, .. } => one("ft.agent.steps.total", agent),
        Event::Charged { agent, usd, tokens } => {
            add("ft.agent.tokens.total", agent.text(), || [], *tokens);
            add("ft.agent.usdMicros.total", agent.text(), || [], usd.as_micros());
        }
        Event::Finished { agent, .. } => run_ended(agent, "valueReturned"),
        Event::Failed { agent, .. } => run_ended(agent, "exceptionThrown"),
        Event::Stopped { agent, fault } => run_ended(agent, limit(fault)),
        _ => {}
    }
}

fn one(name: &'static str, method: &ToolName) {
    add(name, method.text(), || [], 1);
}

fn tagged(name: &'static str, method: &ToolName, tag: (&'static str, &'static str)) {
    add(name, method.text(), || [tag], 1);
}

fn run_ended(agent: &ToolName, result: &'static str) {
    tagged("ft.agent.runs.total", agent, ("result", result));
}

/// The limit that stopped a run, in words like those for a retry.
fn limit(fault: &Fault) -> &'static str {
    match fault {
        Fault::StepLimit { .. } => "maxStepsReached",
        Fault::Stuck { .. } => "maxRepeatsReached",
        Fault::OverBudget { budget, .. } => match **budget {
            BudgetExceeded::Usd { .. } => "maxUsdReached",
            BudgetExceeded::Tokens { .. } => "maxTokensReached",
        },
        // The one that is left: `within`.
        _ => "maxDurationReached",
    }
}
