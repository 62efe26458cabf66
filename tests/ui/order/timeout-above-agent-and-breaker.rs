use reliable::{Fault, Step, agent, circuit_breaker, timeout};

#[timeout(secs = 60)]
#[agent(max_steps = 8)]
#[circuit_breaker(failures = 5)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
