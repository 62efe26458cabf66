use reliable::{Fault, retry};

#[retry]
async fn forecast(cities: &mut Vec<String>) -> Result<&mut String, Fault> {
    Ok(&mut cities[0])
}

fn main() {}
