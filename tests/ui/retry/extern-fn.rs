use reliable::{Fault, retry};

#[retry]
extern "C" fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
