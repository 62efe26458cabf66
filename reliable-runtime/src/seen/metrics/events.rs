//! What is counted from the events.

use std::time::Duration;

use super::facade::{add, is_heard, record};
use crate::said::circuit_state::CircuitState;
use crate::said::event::{Event, Which, events};
use crate::said::fault::{BULKHEAD, BudgetExceeded, Fault, RATE_LIMIT};
use crate::said::money::Usd;
use crate::said::name::ToolName;

/// Takes a block apart: so it must be matched as tokens, and not as a block.
macro_rules! is_empty {
    ({}) => {
        true
    };
    ($counts:tt) => {
        false
    };
}

macro_rules! make_count {
    ($(
        $(#[$doc:meta])*
        $event:ident, $name:literal, $level:ident
        {
            $(#[$who_doc:meta])*
            $who:ident: ToolName => $who_told:ident,
            $($(#[$field_doc:meta])* $field:ident: $type:ty => $told:ident,)*
        }
        says |$f:ident| $says:block
        row |$row:ident| $counted:block
        counts $counts:tt
    )*) => {
        /// Whether anything of such an event is counted, and there is a recorder.
        #[inline]
        pub(crate) fn is_counted(which: Which) -> bool {
            let counts = match which {
                $(Which::$event => !is_empty!($counts),)*
            };
            counts && is_heard()
        }

        /// Counts what an event tells. Of a retry, of a rejection and of a timeout it does not: a policy of one's own may
        /// have told of them, and the calls that go well have no event. Of a fallback it does not: the words of its error
        /// would be made for nobody.
        #[allow(unused_variables, reason = "not all that is known is counted")]
        pub(crate) fn count(event: &Event) {
            match event {
                $(Event::$event { $who, $($field,)* } => $counts)*
            }
        }
    };
}

events!(make_count);

fn one(name: &'static str, method: &ToolName) {
    add(name, method.text(), || [], 1);
}

fn tagged(name: &'static str, method: &ToolName, tag: (&'static str, &'static str)) {
    add(name, method.text(), || [tag], 1);
}

/// A policy of one's own may wait, too, and is not counted.
fn limit_waited(tool: &ToolName, by: &ToolName, waited: Duration) {
    match &**by {
        BULKHEAD => record("ft.bulkhead.waitingDuration", tool.text(), waited),
        RATE_LIMIT => record("ft.ratelimit.waitingDuration", tool.text(), waited),
        _ => {}
    }
}

fn decided(tool: &ToolName, decision: &'static str, waited: Duration) {
    tagged("ft.approval.calls.total", tool, ("decision", decision));
    record("ft.approval.waitingDuration", tool.text(), waited);
}

fn refusal(fault: &Fault) -> &'static str {
    if matches!(fault, Fault::Expired { .. }) { "expired" } else { "denied" }
}

fn spent(agent: &ToolName, usd: Usd, tokens: u64) {
    add("ft.agent.tokens.total", agent.text(), || [], tokens);
    add("ft.agent.usdMicros.total", agent.text(), || [], usd.as_micros());
}

fn run_ended(agent: &ToolName, result: &'static str) {
    tagged("ft.agent.runs.total", agent, ("result", result));
}

/// The limit that stopped a run, in words like those for a retry.
fn limit(fault: &Fault) -> &'static str {
    match fault {
        Fault::StepLimit { .. } => "maxStepsReached",
        Fault::Stuck { .. } => "maxRepeatsReached",
        Fault::TooManyDenials { .. } => "maxDenialsReached",
        Fault::OverBudget { budget, .. } => match **budget {
            BudgetExceeded::Usd { .. } => "maxUsdReached",
            BudgetExceeded::Tokens { .. } => "maxTokensReached",
        },
        // The one that is left: `within`.
        _ => "maxDurationReached",
    }
}
