use reliable::{Fault, chaos};

#[chaos(fail(2))]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
