//! Nothing but the call.

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    tool(0, n).await
}
