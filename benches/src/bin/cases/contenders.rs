//! Who is measured: one module each.

#[cfg(feature = "backon")]
mod backon;
#[cfg(feature = "backon-macros")]
mod backon_macros;
mod by_hand;
#[cfg(feature = "execution-policy")]
mod execution_policy;
#[cfg(feature = "failsafe")]
mod failsafe;
#[cfg(feature = "governor")]
mod governor;
mod raw;
#[cfg(feature = "recloser")]
mod recloser;
mod reliable;
#[cfg(feature = "seatbelt")]
mod seatbelt;
mod tokio;
#[cfg(feature = "tokio-retry2")]
mod tokio_retry2;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "tower-resilience")]
mod tower_resilience;

use crate::row::Rows;

pub fn add_to(rows: &mut Rows) {
    raw::add_to(rows.contender("raw call"));
    by_hand::add_to(rows.contender("by hand"));
    reliable::add_to(rows.contender("reliable"));
    tokio::add_to(rows.contender("tokio"));
    #[cfg(feature = "backon")]
    backon::add_to(rows.contender("backon"));
    #[cfg(feature = "backon-macros")]
    backon_macros::add_to(rows.contender("backon-macros"));
    #[cfg(feature = "execution-policy")]
    execution_policy::add_to(rows.contender("execution-policy"));
    #[cfg(feature = "failsafe")]
    failsafe::add_to(rows.contender("failsafe"));
    #[cfg(feature = "governor")]
    governor::add_to(rows.contender("governor"));
    #[cfg(feature = "recloser")]
    recloser::add_to(rows.contender("recloser"));
    #[cfg(feature = "seatbelt")]
    seatbelt::add_to(rows.contender("seatbelt"));
    #[cfg(feature = "tokio-retry2")]
    tokio_retry2::add_to(rows.contender("tokio-retry2"));
    #[cfg(feature = "tower")]
    tower::add_to(rows.contender("tower"));
    #[cfg(feature = "tower-resilience")]
    tower_resilience::add_to(rows.contender("tower-resilience"));
}
