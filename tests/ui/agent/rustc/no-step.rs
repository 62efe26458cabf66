use reliable::{Fault, agent};

struct Answer(u32);

#[agent]
async fn assistant() -> Result<Answer, Fault> {
    Ok(Answer(42))
}

fn main() {}
