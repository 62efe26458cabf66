use reliable::{Fault, failover};

#[failover(model in [1, 2])]
async fn ask(prompt: String) -> Result<u32, Fault> {
    send(*model, prompt).await
}

async fn send(model: u32, _: String) -> Result<u32, Fault> {
    Ok(model)
}

fn main() {}
