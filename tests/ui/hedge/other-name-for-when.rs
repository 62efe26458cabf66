use reliable::{Fault, hedge};

#[hedge(after = "200ms", if = false)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
