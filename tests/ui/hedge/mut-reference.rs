use reliable::{Fault, hedge};

#[hedge(after = "200ms")]
async fn forecast<'a>(cities: &'a mut Vec<String>) -> Result<usize, Fault> {
    Ok(cities.len())
}

fn main() {}
