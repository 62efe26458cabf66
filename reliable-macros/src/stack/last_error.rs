//! Whether what a retry failed with last is kept: for the fault that would hide it.

use crate::function::Kept;
use crate::stack::attribute::{LastError, Placed};

/// Who would hide nothing has nothing kept: it costs a failure something.
pub(crate) fn kept(stack: &[Placed]) -> Option<Kept> {
    let is = |part: LastError| move |placed: &Placed| placed.attribute.last_error == Some(part);
    let keeper = stack.iter().position(is(LastError::Kept))?;
    if stack[..keeper].iter().any(is(LastError::ToldAbove)) {
        return Some(Kept::ForAbove);
    }
    stack[keeper..].iter().any(is(LastError::ToldBelow)).then_some(Kept::ForBelow)
}
