use reliable::{Fault, hedge};

#[hedge(after = "200ms")]
async fn forecast(mut days: u32) -> Result<u32, Fault> {
    days += 1;
    Ok(days)
}

fn main() {}
