use reliable::{Fault, hedge};

#[hedge(after = "200")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
