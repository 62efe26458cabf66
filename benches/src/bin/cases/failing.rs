//! The calls that do not go well: a module for each contender, as for those that do.

#[cfg(feature = "backon")]
mod backon;
mod by_hand;
#[cfg(feature = "execution-policy")]
mod execution_policy;
#[cfg(feature = "failsafe")]
mod failsafe;
#[cfg(feature = "governor")]
mod governor;
#[cfg(feature = "recloser")]
mod recloser;
mod reliable;
#[cfg(feature = "seatbelt")]
mod seatbelt;
mod tokio;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "tower-resilience")]
mod tower_resilience;

use std::time::Duration;

#[cfg(feature = "tower")]
use ::tower::{Service, ServiceExt};

#[cfg(feature = "tower")]
use crate::case::Case;
use crate::row::Rows;

/// Nothing that is open or exhausted is to recover while it is measured.
const LONG: Duration = Duration::from_hours(1);

pub fn add_to(rows: &mut Rows) {
    by_hand::add_to(rows.contender("by hand"));
    reliable::add_to(rows.contender("reliable"));
    tokio::add_to(rows.contender("tokio"));
    tokio::add_clock_to(rows.contender("tokio's clock"));
    #[cfg(feature = "backon")]
    backon::add_to(rows.contender("backon"));
    #[cfg(feature = "execution-policy")]
    execution_policy::add_to(rows.contender("execution-policy"));
    #[cfg(feature = "failsafe")]
    failsafe::add_to(rows.contender("failsafe"));
    #[cfg(feature = "governor")]
    governor::add_to(rows.contender("governor"));
    #[cfg(feature = "governor")]
    governor::add_by_tokios_clock_to(rows.contender("governor by tokio's clock"));
    #[cfg(feature = "recloser")]
    recloser::add_to(rows.contender("recloser"));
    #[cfg(feature = "seatbelt")]
    seatbelt::add_to(rows.contender("seatbelt"));
    #[cfg(feature = "tower")]
    tower::add_to(rows.contender("tower"));
    #[cfg(feature = "tower-resilience")]
    tower_resilience::add_to(rows.contender("tower-resilience"));
}

/// A service of tower, and a clone of it for each call.
#[cfg(feature = "tower")]
fn add_service<S>(rows: &mut Rows, case: Case, service: S, argument: impl Fn() -> u64 + 'static)
where
    S: Service<u64> + Clone + 'static,
{
    rows.add_failing(case, move || service.clone().oneshot(argument()));
}
