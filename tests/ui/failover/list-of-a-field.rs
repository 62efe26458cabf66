use reliable::{Fault, failover};

struct Client {
    models: Vec<u32>,
}

impl Client {
    #[failover(self.models)]
    async fn ask(&self) -> Result<u32, Fault> {
        Ok(21)
    }

    #[failover(models = self.models)]
    async fn ask_again(&self) -> Result<u32, Fault> {
        Ok(21)
    }
}

fn main() {}
