//! What a model is told of a fault.

use std::time::Duration;

use crate::said::fault::{Fault, RATE_LIMIT};
use crate::said::fault_kind::FaultKind;

impl Fault {
    /// What a model is told, so that it can act on it: what went wrong, and what it can do now.
    ///
    /// ```
    /// use reliable::Fault;
    ///
    /// let denied = Fault::Denied { tool: "refund".into(), reason: "not today".into() };
    /// assert_eq!(
    ///     denied.model_feedback(),
    ///     "`refund` was denied: not today. It did not run. Do not call it again unless the user asks you to."
    /// );
    /// ```
    pub fn model_feedback(&self) -> String {
        feedback(&self.to_string(), self.advice())
    }

    fn advice(&self) -> &'static str {
        match self {
            Fault::CircuitOpen { left: Duration::MAX, .. } => "It was switched off on purpose: go on without it.",
            Fault::CircuitOpen { left, .. } if !left.is_zero() => {
                "The service keeps failing: call it again after that, or go on without it."
            }
            Fault::Rejected { wait: Some(_), .. } => "It did not run. Call it again after that.",
            Fault::Rejected { by, .. } if **by == *RATE_LIMIT => "It did not run, and never will: ask it for less.",
            _ => self.kind().advice(),
        }
    }
}

impl FaultKind {
    /// The same, where nothing is left of the fault but its kind and its words.
    pub(crate) fn model_feedback(self, words: &str) -> String {
        feedback(words, self.advice())
    }

    fn advice(self) -> &'static str {
        match self {
            FaultKind::TimedOut => {
                "It may have taken effect all the same: if it changes anything, look before you call it again."
            }
            FaultKind::Denied => "It did not run. Do not call it again unless the user asks you to.",
            FaultKind::Expired => "It did not run. Tell the user that it needs an approval, and go on without it.",
            FaultKind::CircuitOpen => {
                "The service has been failing: call it again a little later, or go on without it."
            }
            FaultKind::Rejected => "It did not run. Call it again later, or go on without it.",
            FaultKind::Policy => "Try another way, or go on without it.",
            FaultKind::CallLimit => "Do not call it again: go on without it, or finish with what you have.",
            FaultKind::StepLimit | FaultKind::OverBudget => "Do not call it again: finish with what you have.",
            FaultKind::Stuck => "Do not repeat it: try another way, or finish with what you have.",
            FaultKind::TooManyDenials => {
                "Nothing that needs an approval runs any more: tell the user, and finish with what you have."
            }
        }
    }
}

fn feedback(what: &str, advice: &str) -> String {
    format!("{}. {advice}", what.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use crate::said::fault::BudgetExceeded;
    use crate::said::money::Usd;
    use crate::said::name::ToolName;

    use super::*;

    #[test]
    fn a_model_is_told_what_went_wrong_and_what_to_do() {
        let (tool, agent) = (|| ToolName::from("refund"), || ToolName::from("assistant"));
        let (second, reason) = (Duration::from_secs(1), || "not today.".to_owned());
        let budget = BudgetExceeded::Usd { max: Usd::cents(10), spent: Usd::cents(8), asked: Usd::cents(4) };
        let faults = [
            Fault::TimedOut { tool: tool(), limit: second },
            Fault::Denied { tool: tool(), reason: reason() },
            Fault::Expired { tool: tool(), within: Some(second) },
            Fault::CircuitOpen { tool: tool(), left: second },
            Fault::CircuitOpen { tool: tool(), left: Duration::ZERO },
            Fault::CircuitOpen { tool: tool(), left: Duration::MAX },
            Fault::Rejected { tool: tool(), by: "rate limit".into(), wait: Some(second) },
            Fault::Rejected { tool: tool(), by: "rate limit".into(), wait: None },
            Fault::Rejected { tool: tool(), by: "bulkhead".into(), wait: None },
            Fault::Policy { tool: tool(), reason: reason() },
            Fault::CallLimit { tool: tool(), max: 1 },
            Fault::CallLimit { tool: tool(), max: 5 },
            Fault::StepLimit { agent: agent(), max_steps: 8 },
            Fault::OverBudget { agent: agent(), budget: Box::new(budget) },
            Fault::Unpriced { agent: agent() },
            Fault::Stuck { agent: agent(), repeats: 3 },
            Fault::TooManyDenials { agent: agent(), denials: 3 },
        ];
        let told: Vec<String> = faults.iter().map(Fault::model_feedback).collect();
        assert_eq!(
            told,
            [
                "`refund` timed out after 1s. It may have taken effect all the same: if it changes anything, look before you call it again.",
                "`refund` was denied: not today. It did not run. Do not call it again unless the user asks you to.",
                "the approval of `refund` expired: nobody answered within 1s. It did not run. Tell the user that it needs an approval, and go on without it.",
                "`refund` was not called: its circuit breaker is open for another 1s. The service keeps failing: call it again after that, or go on without it.",
                "`refund` was not called: its circuit breaker waits for a probe. The service has been failing: call it again a little later, or go on without it.",
                "`refund` was not called: its circuit breaker is isolated until somebody closes it. It was switched off on purpose: go on without it.",
                "`refund` was not called: the rate limit has room again in 1s. It did not run. Call it again after that.",
                "`refund` was not called: its `cost` is above the `burst` of its `#[rate_limit]`. It did not run, and never will: ask it for less.",
                "`refund` was not called: the bulkhead has no room. It did not run. Call it again later, or go on without it.",
                "`refund` failed: not today. Try another way, or go on without it.",
                "`refund` was not called: it may be called once in one run, and it was. Do not call it again: go on without it, or finish with what you have.",
                "`refund` was not called: it may be called 5 times in one run, and it was. Do not call it again: go on without it, or finish with what you have.",
                "`assistant` stopped at its limit of 8 steps. Do not call it again: finish with what you have.",
                "`assistant` is over budget: $0.04 asked with $0.08 of $0.10 spent. Do not call it again: finish with what you have.",
                "`assistant` has a money cap, and a charge named no price. Do not call it again: finish with what you have.",
                "`assistant` is stuck: the same action met the same result 3 times. Do not repeat it: try another way, or finish with what you have.",
                "`assistant` stopped after 3 denials in a row. Nothing that needs an approval runs any more: tell the user, and finish with what you have.",
            ]
        );
    }
}
