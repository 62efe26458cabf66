use reliable::{Fault, durable};

#[durable]
async fn pay() -> Result<impl Iterator<Item = u32>, Fault> {
    Ok([1, 2].into_iter())
}

fn main() {}
