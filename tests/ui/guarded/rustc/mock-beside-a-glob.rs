mod bank {
    use reliable::{Fault, requires_approval};

    #[requires_approval(guarded)]
    pub async fn refund(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
}

mod mock {
    pub async fn refund(amount: u32) -> Result<u32, reliable::Fault> {
        Ok(amount)
    }
}

mod tools {
    pub use super::bank::*;
    pub use super::mock::refund;

    reliable::guarded!(refund);
}

fn main() {}
