//! facade
pub use reliable_macros::{agent, fallback, requires_approval, retry, timeout};
pub use reliable_runtime::*;
