use reliable::{Fault, durable};

#[durable]
async fn nearest(city: &str) -> Result<&str, Fault> {
    Ok(city)
}

fn main() {}
