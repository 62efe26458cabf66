//! Whether what a retry, or another one that tries again, failed with last is kept: for the fault that would hide it.

use crate::function::Kept;
use crate::stack::attribute::{LastError, Placed};

/// Who would hide nothing has nothing kept: it costs a failure something.
pub(crate) fn kept(stack: &[Placed]) -> Option<Kept> {
    let is = |part: LastError| move |placed: &Placed| placed.attribute.last_error == Some(part);
    let told_above = stack.iter().position(is(LastError::ToldAbove));
    let keeps = |placed: &Placed| is(LastError::Kept)(placed) || is(LastError::KeptForAbove)(placed);
    if told_above.is_some_and(|above| stack[above + 1..].iter().any(keeps)) {
        return Some(Kept::Above);
    }
    let keeper = stack.iter().position(is(LastError::Kept))?;
    match stack[keeper + 1..].iter().position(is(LastError::ToldBelow))? {
        0 if !stack[keeper].layer.runs_what_is_below() => Some(Kept::Next),
        _ => Some(Kept::Below),
    }
}
