reliable::guarded!();

fn main() {}
