use reliable::{Fault, hedge};

#[hedge(after = "200ms", max = "1")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
