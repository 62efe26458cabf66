//! Which attribute may stand above which. Top is outermost.

use crate::errors::Errors;
use crate::stack::{Kind, Layer};

/// Checks every two attributes of one function, the upper against the lower.
pub(crate) fn check(layers: &[Layer], errors: &mut Errors) {
    for (index, lower) in layers.iter().enumerate() {
        // One mistake, one message: the nearest attribute that makes the order senseless.
        let fault = (0..index).rev().find_map(|upper| {
            let upper_layer = &layers[upper];
            let message = fault(upper_layer.kind, lower.kind, layers[upper + 1..index].iter().map(|layer| layer.kind))?;
            let to_move = if lower.kind == Kind::Agent && matches!(upper_layer.kind, Kind::Retry | Kind::Hedge) {
                upper_layer
            } else {
                lower
            };
            Some(syn::Error::new(to_move.span, message))
        });
        if let Some(fault) = fault {
            errors.push(fault);
        }
    }
}

fn fault(upper: Kind, lower: Kind, mut between: impl Iterator<Item = Kind>) -> Option<String> {
    use Kind::{Agent, Approval, Bulkhead, Chaos, CircuitBreaker, Fallback, Hedge, Policy, Retry, Timeout};
    let (above, below) = (upper.name(), lower.name());
    match (upper, lower) {
        (Retry, Fallback) => Some(format!(
            "`#[{below}]` below `#[{above}]` would leave no error to retry: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (CircuitBreaker, Fallback) => Some(format!(
            "`#[{below}]` below `#[{above}]` would leave no failure to count: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Retry, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would ask a human again at every attempt: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Timeout, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would ask a human against the clock: move the `#[{below}]` line above the `#[{above}]` line (its own limit is `within`)"
        )),
        (Policy, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would ask a human again whenever the policy makes the call again: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Hedge, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would ask a human again for every attempt: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Bulkhead, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would keep a place while a human is asked: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Agent, Approval) => Some(format!(
            "`#[{below}]` below `#[{above}]` would ask a human at every step: move the `#[{below}]` line above the `#[{above}]` line"
        )),
        (Retry, Agent) => Some(format!(
            "`#[{above}]` above `#[{below}]` would pay for the whole run again: move the `#[{above}]` line below the `#[{below}]` line, where it retries a step"
        )),
        (Hedge, Agent) => Some(format!(
            "`#[{above}]` above `#[{below}]` would pay for the whole run twice: move the `#[{above}]` line to the function that a step calls"
        )),
        (Timeout, Timeout) if between.any(|kind| matches!(kind, Retry | Agent)) => None,
        (Timeout, Timeout) => Some(format!(
            "two `#[{below}]` with no `#[retry]` between them limit the same call twice: remove the longer one"
        )),
        (Retry, Retry)
        | (Approval, Approval)
        | (Agent, Agent)
        | (CircuitBreaker, CircuitBreaker)
        | (Bulkhead, Bulkhead)
        | (Hedge, Hedge)
        | (Chaos, Chaos) => Some(format!("`#[{below}]` stands here twice: remove one of them")),
        _ => None,
    }
}
