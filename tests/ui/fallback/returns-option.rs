use reliable::fallback;

#[fallback(Ok(1), when_ok = *value == 0)]
async fn forecast() -> Option<u32> {
    None
}

fn main() {}
