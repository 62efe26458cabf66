use reliable::{Fault, hedge};

#[hedge(after = 200ms)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
