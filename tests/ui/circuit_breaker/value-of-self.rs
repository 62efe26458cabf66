use reliable::{Fault, circuit_breaker};

struct Weather {
    limit: u32,
}

impl Weather {
    #[circuit_breaker(failures = self.limit)]
    async fn forecast(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

fn main() {}
