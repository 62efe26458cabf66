use reliable::agent;

#[agent]
async fn assistant() -> u32 {
    1
}

fn main() {}
