use reliable::sqlite::Store;
use reliable::{durable, retry};

#[durable] // how the call ended is written down once, and read back after a restart
#[retry(max = 3)]
async fn book(city: &str) -> Result<String, String> {
    Ok(format!("a room in {city}"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open("agent.db")?;
    // A new run, or one that a crash has interrupted: it goes on where it stopped.
    let room = store.run("trip-42", book("Oslo")).await??;
    println!("{room}");
    Ok(())
}
