use reliable::{Fault, guarded, requires_approval, retry};

#[requires_approval(guarded)]
async fn send_email(_to: &str) -> Result<(), Fault> {
    Ok(())
}

#[retry(max = 3)]
async fn refund(_amount: u32) -> Result<(), Fault> {
    Ok(())
}

guarded!(send_email, refund);

fn main() {}
