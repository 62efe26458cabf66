use reliable::durable;

#[durable(error = 3)]
async fn pay() -> Result<u32, anyhow::Error> {
    Ok(1)
}

fn main() {}
