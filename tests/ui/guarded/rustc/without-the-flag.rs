use reliable::{Fault, guarded, requires_approval};

#[requires_approval(guarded)]
async fn send_email(_to: &str) -> Result<(), Fault> {
    Ok(())
}

#[requires_approval]
async fn refund(_amount: u32) -> Result<(), Fault> {
    Ok(())
}

guarded!(send_email, refund);

fn main() {}
