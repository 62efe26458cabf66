use reliable::requires_approval;

#[requires_approval]
async fn refund(amount: u32) -> u32 {
    amount
}

fn main() {}
