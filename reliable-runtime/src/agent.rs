//! A run of an agent: its limits, its steps, its spending.

pub(crate) mod human;
pub(crate) mod ledger;
pub mod limits;
pub mod reservation;
pub mod run;
pub mod step;
