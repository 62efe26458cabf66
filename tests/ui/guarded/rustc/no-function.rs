mod bank {}

reliable::guarded!(bank::refund);

fn main() {}
