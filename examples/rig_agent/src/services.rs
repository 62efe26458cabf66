//! The services behind the tools, and what ails each of them.

use std::sync::atomic::{AtomicBool, Ordering};

use reliable::Fault;

#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error("the service is busy")]
    Busy,
    #[error("no connection to 10.0.0.7:5432")]
    Down,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Busy at the first call.
pub async fn forecast(city: &str) -> Result<String, ServiceError> {
    static BUSY: AtomicBool = AtomicBool::new(true);
    if BUSY.swap(false, Ordering::Relaxed) { Err(ServiceError::Busy) } else { Ok(format!("rain in {city}")) }
}

/// Never answers.
pub async fn traffic(_from: &str, _to: &str) -> Result<u32, ServiceError> {
    std::future::pending().await
}

/// Down.
pub async fn exchange_rate(_currency: &str) -> Result<f64, ServiceError> {
    Err(ServiceError::Down)
}

/// Down, too.
pub async fn share_price(_symbol: &str) -> Result<f64, ServiceError> {
    Err(ServiceError::Down)
}

/// Well.
pub async fn transfer(from: &str, to: &str, euros: u32) -> Result<String, ServiceError> {
    Ok(format!("{euros} EUR from {from} to {to}"))
}
