use reliable::{Fault, durable};

#[durable]
async fn pay(bookings: &mut Vec<u32>) -> Result<u32, Fault> {
    bookings.push(1);
    Ok(1)
}

fn main() {}
