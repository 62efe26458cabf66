//! A run of an agent: its limits, its steps, its spending.

pub(crate) mod calls;
pub(crate) mod circles;
mod counted;
pub(crate) mod dearest;
pub(crate) mod denials;
mod denied;
pub(crate) mod human;
pub(crate) mod ledger;
mod left;
pub mod limits;
mod observed;
pub mod reservation;
pub mod run;
pub mod step;
mod texts;
mod total_steps;
