//! What the policies say, as the error type has it.

impl From<reliable::Fault> for Error {
    fn from(fault: reliable::Fault) -> Error {
        match fault.kind() {
            reliable::FaultKind::TimedOut => Error::TimedOut,
            _ => Error::Open,
        }
    }
}

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    tool(0, n).await
}
