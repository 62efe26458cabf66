//! Several questions at the same terminal, which is a process with pipes here.

use std::io::{Read, Write, stderr};
use std::process::{Child, Command, Stdio};

use reliable::approver::Terminal;
use reliable::{Fault, requires_approval};
use tokio::task::JoinSet;

const QUESTIONS: usize = 20;

/// A question without its turn would stand between another one and its answer: with so many, one of them surely does.
#[test]
fn it_asks_one_question_at_a_time() {
    let mut asking = start("the_process_that_asks");
    let mut shown = String::new();
    for asked in 1..=QUESTIONS {
        read_until(&mut asking, &mut shown, |shown| shown.matches("[y/N] ").count() == asked);
        asking.stdin.as_mut().unwrap().write_all(b"y\n").unwrap();
    }
    read_until(&mut asking, &mut shown, |shown| shown.matches("answered").count() == QUESTIONS);
    assert!(asking.wait().unwrap().success());
    let events = shown.lines().filter_map(|line| {
        let asked = line.contains("approval needed").then_some("asked");
        asked.or(line.contains("answered").then_some("answered"))
    });
    assert_eq!(events.collect::<Vec<_>>(), ["asked", "answered"].repeat(QUESTIONS));
}

#[tokio::test]
#[ignore = "a part of the test above, which answers"]
async fn the_process_that_asks() {
    #[requires_approval(by = Terminal)]
    async fn refund() -> Result<(), Fault> {
        writeln!(stderr(), "answered").unwrap();
        Ok(())
    }
    let questions: JoinSet<_> = (0..QUESTIONS).map(|_| refund()).collect();
    assert!(questions.join_all().await.iter().all(Result::is_ok));
}

/// This same program, with one of its tests.
fn start(test: &str) -> Child {
    let mut program = Command::new(std::env::current_exe().unwrap());
    let program = program.args(["--exact", test, "--ignored"]);
    program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn read_until(from: &mut Child, shown: &mut String, enough: impl Fn(&str) -> bool) {
    let stderr = from.stderr.as_mut().unwrap();
    while !enough(shown) {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "it ended after {shown}");
        shown.push(char::from(byte[0]));
    }
}
