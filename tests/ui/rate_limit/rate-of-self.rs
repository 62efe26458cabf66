use reliable::{Fault, rate_limit};

struct Weather {
    rate: u32,
}

impl Weather {
    #[rate_limit(per_second = self.rate)]
    async fn forecast(&self) -> Result<u32, Fault> {
        Ok(self.rate)
    }
}

fn main() {}
