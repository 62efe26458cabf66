use reliable::bulkhead;

#[bulkhead(max = 4)]
async fn forecast() -> u32 {
    21
}

fn main() {}
