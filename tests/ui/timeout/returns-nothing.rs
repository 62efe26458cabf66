use reliable::timeout;

#[timeout(secs = 1)]
async fn forecast() {}

fn main() {}
