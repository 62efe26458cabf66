use reliable::{Fault, timeout};

#[timeout(secs = 1)]
async fn forecast(days: u32) -> Result<u32, Fault> {
    if days == 0 {
        return "mild";
    }
    Ok(days)
}

fn main() {}
