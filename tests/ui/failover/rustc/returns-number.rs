use reliable::failover;

#[failover(model in [1, 2])]
async fn ask() -> u32 {
    *model
}

fn main() {}
