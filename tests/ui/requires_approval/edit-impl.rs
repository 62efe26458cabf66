use std::fmt::Debug;

use reliable::{Fault, requires_approval};

#[requires_approval(edit(to, body))]
async fn send(to: impl AsRef<str> + Debug, body: Option<&(impl AsRef<str> + Debug)>) -> Result<(), Fault> {
    let _ = (to, body);
    Ok(())
}

fn main() {}
