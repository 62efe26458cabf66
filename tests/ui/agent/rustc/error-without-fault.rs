use reliable::{Step, agent};

enum ChatError {
    Busy,
}

#[agent]
async fn assistant() -> Result<Step<u32>, ChatError> {
    Err(ChatError::Busy)
}

fn main() {}
