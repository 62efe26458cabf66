//! Without the feature `serde` nothing is digested by what it serializes.

use crate::seen::digest::digester::Digester;

/// Stands for serde's trait, and nothing has it.
#[doc(hidden)]
pub trait Serialize {}

pub(super) fn feed(_: &impl Serialize, _: &mut Digester) -> Option<()> {
    None
}
