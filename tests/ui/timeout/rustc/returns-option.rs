use reliable::timeout;

#[timeout(secs = 1)]
async fn forecast() -> Option<u32> {
    Some(1)
}

fn main() {}
