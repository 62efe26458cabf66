use reliable::{Fault, retry};

#[retry(max = 3, when = error.)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
