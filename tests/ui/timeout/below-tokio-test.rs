use reliable::{Fault, timeout};

#[tokio::main(flavor = "current_thread")]
#[timeout(secs = 1)]
async fn main() -> Result<(), Fault> {
    std::future::pending().await
}
