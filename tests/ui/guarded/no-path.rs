reliable::guarded!("refund");

fn main() {}
