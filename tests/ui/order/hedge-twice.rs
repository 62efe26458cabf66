use reliable::{Fault, hedge};

#[hedge(after = "200ms")]
#[hedge(after = "1s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
