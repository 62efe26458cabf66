use reliable::{Fault, fallback, retry};

#[retry]
#[cfg_attr(all(), fallback(Ok(0)))]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
