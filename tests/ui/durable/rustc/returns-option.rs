use reliable::durable;

#[durable]
async fn pay() -> Option<u32> {
    Some(1)
}

fn main() {}
