use reliable::{Fault, agent};

#[agent]
async fn assistant() -> Result<String, Fault> {
    Ok(String::new())
}

fn main() {}
