use reliable::bulkhead;

#[bulkhead(max = 4)]
async fn forecast() {}

fn main() {}
