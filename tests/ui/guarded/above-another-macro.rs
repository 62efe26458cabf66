use reliable::{Fault, requires_approval};

#[requires_approval(guarded)]
#[tokio::main]
async fn refund() -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(guarded)]
#[cfg_attr(all(), allow(unused), tokio::main)]
async fn pay() -> Result<(), Fault> {
    Ok(())
}

fn main() {}
