use reliable::durable;

#[durable]
async fn pay() -> Result<u32, anyhow::Error> {
    let amount: u32 = "42".parse()?;
    Ok(amount)
}

fn main() {}
