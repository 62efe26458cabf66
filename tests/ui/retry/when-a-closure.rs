use reliable::{Fault, FaultKind, retry};

#[retry(when = |error| error.kind() == FaultKind::TimedOut)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
