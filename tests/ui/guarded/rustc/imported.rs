use reliable::guarded;

mod bank {
    use reliable::{Fault, requires_approval};

    #[requires_approval(guarded)]
    pub async fn refund(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
}

use bank::refund;

guarded!(refund);

fn main() {
    let _ = refund;
}
