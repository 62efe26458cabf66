//! What the policies put around a stream, for the option `stream` of the attributes (feature `stream`).
//!
//! What the expansions call, usable by hand as well: [`begun`](begun::begun) waits for the first item, and
//! [`boxed`](boxed::boxed) makes the declared type again. What a policy holds or counts until the stream has ended is put around
//! it by [`Timeout::gaps`](crate::policies::timeout::Timeout::gaps),
//! [`until_dropped`](crate::policies::bulkhead::Permit::until_dropped) of a place in a bulkhead, and
//! [`until_end`](crate::policies::circuit_breaker::Permit::until_end) of a call that a breaker let through.

pub mod begun;
pub mod boxed;
pub mod counted;
#[cfg(feature = "chaos")]
pub mod cut;
pub mod either;
pub mod gaps;
pub mod held;
pub mod lend;
