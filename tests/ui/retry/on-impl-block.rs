use reliable::{Fault, retry};

struct Client;

#[retry]
impl Client {
    async fn forecast(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

fn main() {}
