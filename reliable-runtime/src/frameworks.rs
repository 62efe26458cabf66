//! What the crates that tools are written with make of faults, and of their own errors; each with the feature of its name.

#[cfg(feature = "anyhow")]
mod anyhow;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "rig")]
pub mod rig;
#[cfg(feature = "rmcp")]
pub mod rmcp;
