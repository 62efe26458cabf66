use reliable::durable;

#[durable]
struct Receipt(u32);

fn main() {}
