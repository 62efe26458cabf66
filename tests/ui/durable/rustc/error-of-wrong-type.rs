use reliable::durable;

#[durable(error = u32::from)]
async fn pay() -> Result<u32, anyhow::Error> {
    Ok(1)
}

fn main() {}
