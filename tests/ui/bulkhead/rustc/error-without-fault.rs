use reliable::bulkhead;

#[derive(Debug)]
struct Busy;

#[bulkhead(max = 4)]
async fn forecast() -> Result<u32, Busy> {
    Ok(21)
}

fn main() {}
