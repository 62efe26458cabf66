use reliable::{Fault, Step, agent};

#[agent(max_usd = dollars)]
async fn assistant(dollars: f64) -> Result<Step<f64>, Fault> {
    Ok(Step::Done(dollars))
}

fn main() {}
