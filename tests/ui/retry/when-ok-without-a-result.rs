use reliable::retry;

#[retry(when_ok = value.is_none())]
fn next() -> Option<u32> {
    None
}

fn main() {}
