use reliable::{Fault, fallback};

struct Client;

impl Client {
    #[fallback(offline)]
    async fn forecast(&self) -> Result<u32, Fault> {
        Ok(1)
    }

    async fn offline(&self) -> Result<u32, Fault> {
        Ok(0)
    }
}

fn main() {}
