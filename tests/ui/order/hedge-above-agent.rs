use reliable::{Fault, Step, agent, hedge};

#[hedge(after = "2s")]
#[agent(max_steps = 8)]
async fn assistant(question: &str) -> Result<Step<String>, Fault> {
    Ok(Step::Done(question.to_owned()))
}

fn main() {}
