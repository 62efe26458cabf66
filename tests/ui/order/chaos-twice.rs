use reliable::{Fault, chaos, retry};

#[chaos]
#[retry]
#[chaos]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
