use reliable::{Fault, hedge};

#[hedge(after = "200ms", max = 0)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
