//! The tools: `reliable`'s attributes above `#[rig_tool]`, and one that is written by hand.

use reliable::rig::tool_error;
use reliable::{circuit_breaker, fallback, guarded, requires_approval, retry, timeout};
use rig::rig_tool;
use rig::tool::{Tool, ToolContext, ToolExecutionError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::services::{self, ServiceError};

/// What the model may read of our own errors. Where nothing is said of one here, it stays hidden.
impl From<ServiceError> for ToolExecutionError {
    fn from(error: ServiceError) -> ToolExecutionError {
        match error {
            ServiceError::Busy => ToolExecutionError::provider("the service is busy"),
            error => tool_error(error),
        }
    }
}

#[retry(max = 2, base = "5ms")]
#[rig_tool(description = "Tells the weather in a city")]
pub async fn forecast(
    /// Its name in English.
    city: String,
) -> Result<String, ToolExecutionError> {
    Ok(services::forecast(&city).await?)
}

#[timeout(ms = 100)]
#[rig_tool(description = "Tells how many minutes a way takes now", params(from = "A street", to = "Another street"))]
pub async fn traffic(from: String, to: String) -> Result<u32, ToolExecutionError> {
    Ok(services::traffic(&from, &to).await?)
}

#[fallback(yesterdays_rate)]
#[retry(max = 1, base = "5ms")]
#[rig_tool(description = "Tells what one euro is in another currency")]
pub async fn exchange_rate(
    /// Its three letters.
    currency: String,
) -> Result<String, ToolExecutionError> {
    Ok(services::exchange_rate(&currency).await?.to_string())
}

#[expect(clippy::unused_async, reason = "it has the signature of what it stands in for")]
async fn yesterdays_rate(currency: String) -> Result<String, ToolExecutionError> {
    Ok(format!("it was 11.8 {currency} yesterday; today's rate can't be had"))
}

#[circuit_breaker(failures = 2, cooldown = "60s")]
#[rig_tool(description = "Tells the price of a share")]
pub async fn share_price(symbol: String) -> Result<f64, ToolExecutionError> {
    Ok(services::share_price(&symbol).await?)
}

/// Has a state, which a `#[rig_tool]` can't have, and an error type of its own.
pub struct Transfer {
    pub account: &'static str,
}

#[derive(Deserialize)]
pub struct Order {
    to: String,
    euros: u32,
}

impl Tool for Transfer {
    const NAME: &'static str = "transfer";
    type Args = Order;
    type Output = String;
    type Error = ServiceError;

    fn description(&self) -> String {
        format!("Transfers money from the account {}", self.account)
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": { "to": { "type": "string" }, "euros": { "type": "integer" } },
            "required": ["to", "euros"],
        })
    }

    fn map_error(&self, error: ServiceError) -> ToolExecutionError {
        error.into()
    }

    async fn call(&self, _context: &mut ToolContext, order: Order) -> Result<String, ServiceError> {
        transfer(self.account, &order.to, order.euros).await
    }
}

// A function with the tool's name, because a fault names the function that it befell.
#[requires_approval(guarded)]
async fn transfer(from: &str, to: &str, euros: u32) -> Result<String, ServiceError> {
    services::transfer(from, to, euros).await
}

// If that attribute were missing, or had been dropped by another macro, this would not compile.
guarded!(transfer);
