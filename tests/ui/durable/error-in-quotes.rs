use reliable::durable;

#[durable(error = "PayError::told")]
async fn pay() -> Result<u32, PayError> {
    Ok(1)
}

struct PayError(String);

fn main() {}
