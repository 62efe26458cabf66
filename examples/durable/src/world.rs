//! What is really done: said aloud, and kept in a file, so that you see what ran twice and what did not.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

const FILE: &str = "trip.log";

/// Takes two seconds, or `TRIP_MS`. It is noted when it is done.
pub async fn does(what: &str) {
    println!("  … {what}");
    let ms = std::env::var("TRIP_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(2000);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    println!("  ✓ {what}");
    let file = OpenOptions::new().create(true).append(true).open(FILE);
    if let Err(error) = file.and_then(|mut file| writeln!(file, "{what}")) {
        eprintln!("{FILE} can't be written: {error}");
    }
}

pub fn done() -> String {
    std::fs::read_to_string(FILE).unwrap_or_default()
}
