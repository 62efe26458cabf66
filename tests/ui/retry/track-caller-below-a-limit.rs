use reliable::{Fault, rate_limit, retry};

#[retry(max = 3)]
#[rate_limit(per_second = 10)]
#[track_caller]
fn line() -> Result<u32, Fault> {
    Ok(std::panic::Location::caller().line())
}

fn main() {}
