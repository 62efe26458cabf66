use reliable::{Fault, Step, agent, timeout};

#[timeout(secs = 20, stream)]
#[agent(max_steps = 8)]
async fn assistant(_chat: &mut Vec<String>) -> Result<Step<String>, Fault> {
    unimplemented!()
}

fn main() {}
