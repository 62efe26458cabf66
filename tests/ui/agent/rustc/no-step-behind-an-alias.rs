use reliable::{Fault, agent};

type Answer = Result<String, Fault>;

#[agent]
async fn assistant() -> Answer {
    Ok(String::new())
}

fn main() {}
