use reliable::{Step, agent};

#[agent]
async fn assistant() -> Step<String> {
    Step::Done(String::new())
}

fn main() {}
