use reliable::{Fault, retry};

#[retry]
async fn forecast(mut city: String) -> Result<String, Fault> {
    city.push('!');
    Ok(city)
}

fn main() {}
