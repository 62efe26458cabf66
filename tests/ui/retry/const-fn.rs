use reliable::{Fault, retry};

#[retry]
const fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
