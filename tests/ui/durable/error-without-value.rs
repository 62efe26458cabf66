use reliable::durable;

#[durable(error)]
async fn pay() -> Result<u32, anyhow::Error> {
    Ok(1)
}

fn main() {}
