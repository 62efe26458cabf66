use reliable::{Fault, retry};

#[retry]
async fn forecast(city: &str) -> Result<u32, Fault> {
    let
}

fn main() {}
