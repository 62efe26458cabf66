use reliable::retry;

#[retry]
fn forecast() -> u32 {
    1
}

fn main() {}
