use reliable::durable;

#[durable]
async fn pay() {}

fn main() {}
