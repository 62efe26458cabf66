use reliable::{Fault, retry};

#[retry]
const FORECAST: fn() -> Result<u32, Fault> = || Ok(1);

fn main() {}
