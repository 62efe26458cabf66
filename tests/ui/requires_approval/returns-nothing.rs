use reliable::requires_approval;

#[requires_approval]
async fn refund(amount: u32) {
    println!("{amount}");
}

fn main() {}
