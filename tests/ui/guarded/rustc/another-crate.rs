reliable::guarded!(std::mem::drop);

fn main() {}
