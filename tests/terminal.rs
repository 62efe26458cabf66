//! Questions at a terminal, which is made by `script` here, and at what is none.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::future::poll_fn;
use std::io::{Read, Write, stderr};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::process::{Child, Command, Stdio};
use std::task::Poll;

use reliable::approver::Terminal;
use reliable::{Fault, requires_approval};
use tokio::task::JoinSet;

#[path = "support/aloud.rs"]
mod aloud;

const QUESTIONS: usize = 20;
const ASKS: &str = "the_process_that_asks";
const GIVES_UP: &str = "the_process_that_gives_up";

/// A question without its turn would stand between another one and its code: with so many, one of them surely does.
#[test]
fn it_asks_one_question_at_a_time_and_its_code_allows() {
    let Some(mut terminal) = at_a_terminal(ASKS, "", "") else { return };
    for asked in 1..=QUESTIONS {
        let code = terminal.code(asked);
        assert_eq!(terminal.shown.matches("approval needed").count(), asked);
        terminal.types(&code);
    }
    terminal.read_until(|shown| shown.matches("it is done").count() == QUESTIONS);
}

#[test]
fn what_was_typed_before_the_question_approves_nothing() {
    let Some(mut terminal) = at_a_terminal(ASKS, "", "") else { return };
    for stale in ["y", "yes", "Y", "", "k7m2"].iter().cycle().take(QUESTIONS) {
        terminal.types(stale);
    }
    let shown = terminal.read_until(|shown| shown.matches("a human said no").count() == QUESTIONS);
    assert!(!shown.contains("it is done"), "{shown}");
}

#[test]
fn the_code_of_the_question_before_approves_nothing() {
    let Some(mut terminal) = at_a_terminal(ASKS, "", "") else { return };
    let code = terminal.code(1);
    terminal.types(&code);
    terminal.types(&code);
    let shown = terminal.read_until(|shown| shown.contains("a human said no"));
    assert_eq!(shown.matches("it is done").count(), 1, "{shown}");
}

/// Whoever has given up holds nothing, and nobody needs to press Enter for it.
#[test]
fn who_gives_up_makes_room_for_the_next() {
    let parent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gives_up = format!("{GIVES_UP}={}", parent.local_addr().unwrap().port());
    let Some(mut terminal) = at_a_terminal(GIVES_UP, &gives_up, "") else { return };
    terminal.code(1);
    // Now that it is shown.
    drop(parent.accept().unwrap());
    let shown = terminal.read_until(|shown| shown.contains("approval needed: last") && shown.ends_with("denies: "));
    terminal.types(code_in(&shown));
    terminal.read_until(|shown| shown.contains("it is done"));
}

#[test]
fn where_the_question_is_not_seen_it_is_denied() {
    let Some(mut terminal) = at_a_terminal(ASKS, "", "2>/dev/null") else { return };
    terminal.read_until(|shown| shown.contains("standard error is no terminal"));
}

#[test]
fn what_is_no_terminal_can_not_answer() {
    let mut program = Command::new(std::env::current_exe().unwrap());
    let program = program.args(["--exact", ASKS, "--ignored", "--nocapture"]);
    let mut asks = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let _ = asks.stdin.take().unwrap().write_all(b"y\ny\n");
    let said = String::from_utf8(asks.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(said.matches("the standard input is no terminal").count(), QUESTIONS, "{said}");
}

#[tokio::test]
#[ignore = "a part of the tests above, which answer"]
async fn the_process_that_asks() {
    #[requires_approval(by = Terminal)]
    async fn refund() -> Result<(), Fault> {
        writeln!(stderr(), "it is done").unwrap();
        Ok(())
    }
    let mut questions: JoinSet<_> = (0..QUESTIONS).map(|_| refund()).collect();
    while let Some(outcome) = questions.join_next().await {
        if let Err(fault) = outcome.unwrap() {
            println!("{fault}");
        }
    }
}

#[tokio::test]
#[ignore = "a part of the tests above, which answer"]
async fn the_process_that_gives_up() {
    #[requires_approval(by = Terminal)]
    async fn first() -> Result<(), Fault> {
        Ok(())
    }
    #[requires_approval(by = Terminal)]
    async fn last() -> Result<(), Fault> {
        writeln!(stderr(), "it is done").unwrap();
        Ok(())
    }
    let port = std::env::var(GIVES_UP).unwrap().parse().unwrap();
    {
        let mut asking = pin!(first());
        assert_eq!(poll_once(asking.as_mut()).await, None);
        assert_eq!(TcpStream::connect(("127.0.0.1", port)).unwrap().read(&mut [0]).unwrap(), 0);
    }
    assert_eq!(last().await, Ok(()));
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        Poll::Ready(if let Poll::Ready(output) = polled { Some(output) } else { None })
    })
    .await
}

/// This same program, with one of its tests, at a terminal of its own.
struct AtATerminal {
    script: Child,
    shown: String,
}

fn at_a_terminal(test: &str, variable: &str, redirected: &str) -> Option<AtATerminal> {
    let is_there = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        aloud::say_aloud("left out: questions at a terminal, for which there is no `script` of util-linux");
        return None;
    }
    let this = std::env::current_exe().unwrap();
    let line = format!("{variable} '{}' --exact {test} --ignored --nocapture {redirected}", this.display());
    let mut script = Command::new("script");
    let script = script.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
    let script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    Some(AtATerminal { script, shown: String::new() })
}

impl AtATerminal {
    fn types(&mut self, line: &str) {
        writeln!(self.script.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The code that this question shows, when it is shown.
    fn code(&mut self, number: usize) -> String {
        let shown = self.read_until(|shown| shown.matches(" to allow, anything else denies: ").count() == number);
        code_in(&shown).to_owned()
    }

    fn read_until(&mut self, enough: impl Fn(&str) -> bool) -> String {
        let stdout = self.script.stdout.as_mut().unwrap();
        while !enough(&self.shown) {
            let mut byte = [0];
            assert_eq!(stdout.read(&mut byte).unwrap(), 1, "it ended after {}", self.shown);
            self.shown.push(char::from(byte[0]));
        }
        self.shown.clone()
    }
}

fn code_in(shown: &str) -> &str {
    let (_, behind) = shown.rsplit_once("type ").unwrap();
    behind.split_once(' ').unwrap().0
}

impl Drop for AtATerminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}
