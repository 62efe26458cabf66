//! Kills an agent on a file, again and again, and counts what went wrong: `drill [--kills 100] [--seed 7]`.

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use engines::drill::child::live;
use engines::drill::kills::{Drill, clear, folder};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let [what @ ("agent" | "worker"), run, store, log, life] = *words {
        return live(what, run, Path::new(store), Path::new(log), life.parse().expect("a number")).await;
    }
    let (mut kills, mut seed) = (100, since_then());
    for option in words.chunks(2) {
        match option {
            ["--kills", number] => kills = number.parse().expect("a number of kills"),
            ["--seed", number] => seed = number.parse().expect("a seed"),
            _ => {
                eprintln!("usage: drill [--kills 100] [--seed 7]");
                return ExitCode::FAILURE;
            }
        }
    }
    let drill = Drill {
        kills,
        seed,
        program: std::env::current_exe().expect("the drill is a program"),
        folder: folder("drill"),
    };
    println!("seed {seed}");
    let report = drill.run().await;
    print!("{report}");
    if report.wrong.is_nothing() {
        clear(&drill.folder);
        return ExitCode::SUCCESS;
    }
    println!("what is there: {}", drill.folder.display());
    ExitCode::FAILURE
}

/// A seed that nobody has chosen.
fn since_then() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(7, |then| u64::from(then.subsec_nanos()))
}
