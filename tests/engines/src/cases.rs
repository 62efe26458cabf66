//! The cases, in groups: what [`suite!`](crate::suite) makes tests of.

pub mod halts;
pub mod in_place;
pub mod operator;
pub mod order;
pub mod program;
pub mod questions;
pub mod recorded;
pub mod remembers;
pub mod standing;
pub mod told;
pub mod workers;
