use reliable::{Fault, durable};

#[durable]
async fn pay(bookings: &mut Vec<u32>, (a, b): &mut (u32, u32)) -> Result<u32, Fault> {
    bookings.push(*a + *b);
    Ok(1)
}

fn main() {}
