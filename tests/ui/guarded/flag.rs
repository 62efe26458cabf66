use reliable::{Fault, requires_approval};

#[requires_approval(guarded = true)]
async fn a() -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(guarded, guarded)]
async fn b() -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(guarded(c))]
async fn c() -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(guard)]
async fn d() -> Result<(), Fault> {
    Ok(())
}

reliable::guarded!(a, b);

fn main() {}
