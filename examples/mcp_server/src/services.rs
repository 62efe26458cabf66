//! The services that the tools call. They pretend: each misbehaves in a way of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::ToolError;

/// Is busy at first.
pub(crate) async fn forecast(city: &str) -> Result<String, ToolError> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    if city == "Atlantis" {
        return Err(ToolError::NoSuchCity(city.to_owned()));
    }
    match CALLS.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Err(ToolError::Busy),
        calls => Ok(format!("rain in {city}, said at call {}", calls + 1)),
    }
}

/// Never answers.
pub(crate) async fn tide() -> Result<String, ToolError> {
    std::future::pending().await
}

/// Has closed for good.
pub(crate) async fn dollar() -> Result<String, ToolError> {
    Err(ToolError::Busy)
}

/// So has this.
pub(crate) async fn news() -> Result<String, ToolError> {
    Err(ToolError::Busy)
}

/// Works, and can't be undone.
pub(crate) async fn refund(amount: u32, to: &str) -> Result<String, ToolError> {
    Ok(format!("paid ${amount} back to {to}"))
}
