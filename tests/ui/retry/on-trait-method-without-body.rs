use reliable::{Fault, retry};

trait Weather {
    #[retry]
    async fn forecast(&self, city: &str) -> Result<u32, Fault>;
}

fn main() {}
