use reliable::rate_limit;

#[derive(Debug)]
struct Busy;

#[rate_limit(per_second = 10)]
async fn forecast() -> Result<u32, Busy> {
    Ok(21)
}

fn main() {}
