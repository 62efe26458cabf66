use reliable::{Fault, retry};

#[retry]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(town.len())
}

fn main() {}
