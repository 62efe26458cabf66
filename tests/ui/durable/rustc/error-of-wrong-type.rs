use reliable::durable;

fn told(words: String) -> String {
    words
}

#[durable(error = told)]
async fn pay() -> Result<u32, anyhow::Error> {
    Ok("1".parse()?)
}

fn main() {}
