use reliable::{Fault, retry};

// Stands for `#[rmcp::tool(…)]`: an attribute that the compiler lets pass.
#[retry(max = 3)]
#[rust_analyzer::tool(name = "pay", annotations(title = "Pay", idempotent_hint = false))]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
