use reliable::{Fault, retry};

fn is_busy(status: &u16) -> bool {
    *status == 503
}

#[retry(when = is_busy)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
