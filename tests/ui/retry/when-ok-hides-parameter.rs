use reliable::{Fault, retry};

#[retry(when_ok = value.is_empty())]
async fn set(value: &str) -> Result<String, Fault> {
    Ok(value.to_owned())
}

// What is no name of its own, or asks for no value, hides nothing.
#[retry(when_ok = limits().value == 0)]
async fn of_a_field(value: u32) -> Result<u32, Fault> {
    Ok(value)
}

#[retry(when_ok = String::is_empty)]
async fn by_a_path(value: &str) -> Result<String, Fault> {
    Ok(value.to_owned())
}

struct Limits {
    value: u32,
}

fn limits() -> Limits {
    Limits { value: 1 }
}

fn main() {}
