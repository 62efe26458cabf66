use reliable::{Fault, retry};

#[retry]
async fn forecast() -> Result<u32, Fault> {
    "mild"
}

fn main() {}
