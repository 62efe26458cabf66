use reliable::failover;

#[failover(model in [1, 2])]
async fn ask() {}

fn main() {}
