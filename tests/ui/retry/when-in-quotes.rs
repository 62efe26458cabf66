use reliable::{Fault, retry};

#[retry(when = "Fault::is_transient")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
