use reliable::{Fault, AgentLimits, Step, agent};

const LIMITS: AgentLimits = AgentLimits::new();

#[agent(LIMITS, max_steps = 8)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
