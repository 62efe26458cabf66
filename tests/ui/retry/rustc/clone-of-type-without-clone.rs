use reliable::{Fault, retry};

struct Order(u32);

#[retry(clone(order))]
async fn send(order: Order) -> Result<u32, Fault> {
    Ok(order.0)
}

fn main() {}
