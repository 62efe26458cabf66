use reliable::{Fault, failover};

#[failover(model in [1, 2])]
async fn ask(mut prompt: String) -> Result<u32, Fault> {
    prompt.push('?');
    Ok(*model)
}

fn main() {}
