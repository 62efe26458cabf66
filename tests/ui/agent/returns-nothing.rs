use reliable::agent;

#[agent]
async fn assistant() {}

fn main() {}
