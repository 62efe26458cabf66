use reliable::circuit_breaker;

#[circuit_breaker]
async fn forecast() -> u32 {
    1
}

fn main() {}
