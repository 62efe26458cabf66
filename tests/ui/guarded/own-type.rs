struct Bank;

impl Bank {
    pub async fn proven(&self) {
        reliable::guarded!(Self::refund);
    }
}

reliable::guarded!(<Bank as Clone>::clone);

fn main() {}
