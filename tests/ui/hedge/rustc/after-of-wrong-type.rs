use reliable::{Fault, hedge};

#[hedge(after = millis)]
async fn forecast(millis: u64) -> Result<u64, Fault> {
    Ok(millis)
}

fn main() {}
