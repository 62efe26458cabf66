use reliable::retry;

#[retry]
async fn forecast() -> Option<u32> {
    Some(1)
}

fn main() {}
