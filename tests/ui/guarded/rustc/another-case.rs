use reliable::{Fault, guarded, requires_approval};

#[requires_approval(guarded)]
async fn pay() -> Result<(), Fault> {
    Ok(())
}

#[allow(non_snake_case)]
async fn Pay() -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(guarded)]
async fn straße() -> Result<(), Fault> {
    Ok(())
}

async fn strasse() -> Result<(), Fault> {
    Ok(())
}

guarded!(Pay, strasse);

fn main() {}
