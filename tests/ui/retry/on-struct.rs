use reliable::retry;

#[retry]
struct Client;

fn main() {}
