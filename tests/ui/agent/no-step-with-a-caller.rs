use reliable::{Fault, agent};

#[agent]
async fn assistant() -> Result<String, Fault> {
    Ok(String::new())
}

async fn twice() -> Result<String, Fault> {
    Ok(assistant().await? + "!")
}

fn main() {}
