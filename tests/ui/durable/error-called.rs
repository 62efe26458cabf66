use reliable::durable;

#[durable(error = anyhow::Error::msg(words))]
async fn pay() -> Result<u32, anyhow::Error> {
    Ok(1)
}

fn main() {}
