use reliable::fallback;

#[fallback(offline)]
async fn forecast() -> u32 {
    1
}

async fn offline() -> u32 {
    0
}

fn main() {}
