use reliable::{retry, timeout};

#[retry]
#[timeout(secs = 1)]
struct Client {
    callback: fn(u32) -> u32,
}

fn main() {}
