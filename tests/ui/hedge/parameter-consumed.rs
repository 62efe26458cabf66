use reliable::{Fault, hedge};

async fn fetch(city: String) -> Result<usize, Fault> {
    Ok(city.len())
}

#[hedge(after = "200ms")]
async fn forecast(city: String) -> Result<usize, Fault> {
    fetch(city).await
}

fn main() {}
