//! What expansions know of the frameworks that tools are written for.

pub(crate) mod rig;
pub(crate) mod rmcp;
