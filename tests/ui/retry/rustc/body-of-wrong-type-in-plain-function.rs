use reliable::{Fault, retry};

#[retry]
fn forecast() -> Result<u32, Fault> {
    "mild"
}

fn main() {}
