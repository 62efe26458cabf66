use reliable::{Fault, requires_approval};

#[requires_approval(edit(to, list, first))]
async fn send(to: Option<&str>, list: &[&str], (first, _): (&str, u8)) -> Result<(), Fault> {
    let _ = (to, list, first);
    Ok(())
}

fn main() {}
