use reliable::rate_limit;

#[rate_limit(per_second = 10)]
async fn forecast() {}

fn main() {}
