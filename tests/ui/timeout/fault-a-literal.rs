use reliable::timeout;

#[timeout(secs = 1, fault = "late")]
async fn forecast() -> Result<u32, std::fmt::Error> {
    Ok(21)
}

#[timeout(secs = 1, fault = |fault| std::fmt::Error)]
async fn search() -> Result<u32, std::fmt::Error> {
    Ok(21)
}

fn main() {}
