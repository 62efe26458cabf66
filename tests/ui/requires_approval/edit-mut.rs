use reliable::{Fault, requires_approval};

#[requires_approval(edit(lines, first))]
async fn send(lines: &mut Vec<String>, (ref mut first, _): (String, u8)) -> Result<(), Fault> {
    let _ = (lines, first);
    Ok(())
}

fn main() {}
