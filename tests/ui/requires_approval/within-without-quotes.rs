use reliable::{Fault, requires_approval};

#[requires_approval(within = 10min)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
