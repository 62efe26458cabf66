use reliable::{call_limit};

#[call_limit(max = 5)]
async fn search() {}

fn main() {}
