//! The example as its first lines tell: killed twice, answered while it is dead, and started again.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A folder for the two files of the example.
struct Desk(PathBuf);

impl Desk {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trip-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Desk(folder)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_durable"));
        command.arg(what).current_dir(&self.0).env("TRIP_MS", "100");
        command
    }

    fn says(&self, what: &str) -> String {
        let output = self.command(what).output().unwrap();
        assert!(output.status.success(), "{what}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts it, and kills it when it has said this.
    fn starts_and_dies_at(&self, said: &str) {
        let mut process = Killed(self.command("start").stdout(Stdio::piped()).spawn().unwrap());
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.contains(said)), "it never says {said:?}");
    }

    fn done(&self, what: &str) -> usize {
        std::fs::read_to_string(self.0.join("trip.log")).unwrap().matches(what).count()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_done_is_not_done_again() {
    let desk = Desk::new();
    desk.starts_and_dies_at("✓ a flight to Oslo is booked");
    desk.starts_and_dies_at("? pay");
    assert!(desk.says("inbox").contains("dollars = 270"));
    assert!(desk.says("yes").contains("answered"));
    assert_eq!(desk.says("yes"), "nothing is asked\n");
    let ended = desk.says("start");
    assert!(
        ended.contains("the trip is over: a flight to Oslo; a room held for 3 nights; 270 dollars paid"),
        "{ended}"
    );
    assert_eq!(desk.done("dollars are paid"), 1);
    let twice = "it may have died before it was recorded";
    assert!((1..=2).contains(&desk.done("a room in Oslo is held")), "{twice}");
    assert!((1..=2).contains(&desk.done("a flight to Oslo is booked")), "{twice}");
    assert!(desk.says("history").contains("yes, by you"));
}

#[test]
fn the_shortest_program_gives_the_same_in_each_of_its_lives() {
    let desk = Desk(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shortest-{}", std::process::id())));
    std::fs::create_dir_all(&desk.0).unwrap();
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_shortest")).current_dir(&desk.0).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a room in Oslo\n", "{output:?}");
    }
}
