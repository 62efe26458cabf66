use reliable::{Fault, call_limit};

#[call_limit(max = most)]
async fn search(most: u32) -> Result<u32, Fault> {
    Ok(most)
}

fn main() {}
