use reliable::{Fault, retry};

struct Client;

impl Client {
    #[retry]
    async fn forecast(mut self) -> Result<u32, Fault> {
        self = Client;
        Ok(1)
    }
}

fn main() {}
