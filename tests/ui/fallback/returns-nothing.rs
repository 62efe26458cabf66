use reliable::fallback;

#[fallback(offline)]
async fn forecast() {}

async fn offline() {}

fn main() {}
