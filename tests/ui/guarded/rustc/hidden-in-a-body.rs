use reliable::{Fault, guarded, requires_approval};

#[requires_approval(guarded)]
pub async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

mod tools {
    pub use super::refund;
    pub use super::_the_refund_that_requires_approval;
}

fn main() {
    async fn refund(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
    guarded!(refund);
    mod tools {
        pub async fn refund() {}
    }
    guarded!(tools::refund);
}
