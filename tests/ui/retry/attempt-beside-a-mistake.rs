use reliable::{Fault, retry};

#[retry(mux = 3, attempt)]
async fn ask() -> Result<u32, Fault> {
    Ok(attempt)
}

fn main() {}
