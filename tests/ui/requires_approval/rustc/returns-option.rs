use reliable::requires_approval;

#[requires_approval]
async fn refund(amount: u32) -> Option<u32> {
    Some(amount)
}

fn main() {}
