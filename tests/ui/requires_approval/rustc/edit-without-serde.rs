use reliable::{Fault, requires_approval};

#[derive(Debug)]
struct Order;

#[requires_approval(edit(order))]
async fn send(order: Order) -> Result<(), Fault> {
    let _ = order;
    Ok(())
}

fn main() {}
