use reliable::{Fault, retry};

#[retry]
async fn forecast(busy: bool) -> Result<u32, Fault> {
    if busy {
        break;
    }
    Ok(1)
}

fn main() {}
