use reliable::retry;

#[retry(max = 3)]
#[track_caller]
fn port(text: &str) -> Result<u16, std::num::ParseIntError> {
    let port = text.parse::<u16>()?;
    Ok(port + 1)
}

fn main() {}
