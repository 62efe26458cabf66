//! The desk without a terminal: what is shown, and what a line does then.

use std::cell::Cell;
use std::io;
use std::str::from_utf8;

use tokio::sync::oneshot::{Receiver, channel, error::TryRecvError};

use super::desk::{Desk, News, Question};
use crate::approval::question::Approval;
use crate::said::decision::Decision;
use crate::said::request::Request;

/// A desk, and what stands on its screen.
struct Scene<'s> {
    desk: Desk<&'s Screen, Box<dyn FnMut() -> io::Result<()> + 's>>,
    screen: &'s Screen,
}

#[derive(Default)]
struct Screen {
    text: Cell<String>,
    lines_to_read: Cell<usize>,
}

impl io::Write for &Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.set(self.text.take() + from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'s> Scene<'s> {
    fn new(screen: &'s Screen) -> Self {
        let read = move || {
            screen.lines_to_read.set(screen.lines_to_read.get() + 1);
            Ok(())
        };
        Scene { desk: Desk::new(screen, Box::new(read)), screen }
    }

    fn ask(&mut self, tool: &'static str) -> Receiver<Decision> {
        self.ask_for(Approval::new(tool).into_request())
    }

    fn ask_for(&mut self, request: Request) -> Receiver<Decision> {
        let (answer, answered) = channel();
        self.desk.hear(News::Asked(Question::new(request, answer)));
        answered
    }

    fn leave(&mut self, asker: Receiver<Decision>) {
        drop(asker);
        self.desk.hear(News::Left);
    }

    fn types(&mut self, line: &str) {
        self.desk.hear(News::Line(Ok(Some(line.to_owned()))));
    }

    /// What was written since the last look.
    fn shows(&self) -> String {
        self.screen.text.take()
    }

    fn code(&self) -> String {
        code_in(&self.shows())
    }
}

fn code_in(shown: &str) -> String {
    let (_, behind) = shown.split_once("type ").unwrap();
    behind.split_once(" to allow, anything else denies: ").unwrap().0.to_owned()
}

fn yes() -> Decision {
    Decision::approve().by("the terminal")
}

fn no() -> Decision {
    Decision::deny("a human said no").by("the terminal")
}

#[test]
fn the_question_shows_the_call_and_nothing_that_deceives() {
    let (screen, long) = (Screen::default(), "x".repeat(500_000));
    let mut scene = Scene::new(&screen);
    let approval = Approval::new("refund").reason("moves \u{1b}[31mmoney").show("amount", "40".to_owned());
    let mut request = approval.show("body", long).redact("card").into_request();
    request.arguments[0].value = Some("\"ana\u{202e}\u{3164}\"\n    amount = 1".to_owned());
    let _asker = scene.ask_for(request);
    let shown = scene.shows();
    assert!(shown.starts_with("\n  approval needed: refund\n    why: moves \\u{1b}[31mmoney\n"), "{shown}");
    assert!(shown.contains("\n    amount = \"ana\\u{202e}\\u{3164}\"\\n    amount = 1\n"), "{shown}");
    assert!(shown.contains("xx… (500000 characters)\n    card = <redacted>\n"), "{shown}");
    assert!(shown.len() < 10_000);
}

#[test]
fn only_the_code_of_this_question_approves() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let mut codes = vec!["y".to_owned(), "yes".to_owned(), String::new()];
    for _ in 0..100 {
        for wrong in &codes {
            let mut asker = scene.ask("refund");
            assert_ne!(&scene.code(), wrong);
            scene.types(wrong);
            assert_eq!(asker.try_recv(), Ok(no()));
        }
        let mut asker = scene.ask("refund");
        let code = scene.code();
        assert_eq!(asker.try_recv(), Err(TryRecvError::Empty));
        scene.types(&code);
        assert_eq!(asker.try_recv(), Ok(yes()));
        codes = vec![code, "y".to_owned()];
    }
}

#[test]
fn codes_are_not_to_be_guessed() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let codes = (0..1000).map(|_| {
        let _asker = scene.ask("refund");
        let code = scene.code();
        scene.types("");
        code
    });
    let codes: std::collections::HashSet<String> = codes.collect();
    assert!(codes.len() > 950, "{} of 1000", codes.len());
    assert!(codes.iter().all(|code| code.len() == 4));
}

#[test]
fn questions_are_shown_one_at_a_time_and_a_line_answers_one() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let (mut first, mut second) = (scene.ask("first"), scene.ask("second"));
    let shown = scene.shows();
    assert!(shown.contains("first") && !shown.contains("second"), "{shown}");
    scene.types(&code_in(&shown));
    assert_eq!((first.try_recv(), second.try_recv()), (Ok(yes()), Err(TryRecvError::Empty)));
    scene.types("n");
    assert_eq!(second.try_recv(), Ok(no()));
    assert_eq!(screen.lines_to_read.get(), 2, "and nothing is read when nothing is asked");
}

/// The one whose turn it is may be parked for ever: it holds nothing. One that is gone makes room.
#[test]
fn who_is_gone_keeps_nobody_waiting() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let (first, second, mut third) = (scene.ask("first"), scene.ask("second"), scene.ask("third"));
    scene.leave(second);
    assert!(!scene.shows().contains("third"));
    scene.leave(first);
    assert_eq!(screen.lines_to_read.get(), 1, "the line that is being read is the third one's now");
    let code = scene.code();
    scene.types(&code);
    assert_eq!(third.try_recv(), Ok(yes()));
}

#[test]
fn a_line_that_was_begun_for_another_question_answers_nothing() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let expired = scene.ask("refund");
    let late = scene.code();
    let mut next = scene.ask("delete");
    scene.leave(expired);
    scene.types(&late);
    assert_eq!(next.try_recv(), Err(TryRecvError::Empty));
    assert!(scene.shows().contains("that answered nothing"));
    scene.types("no");
    assert_eq!(next.try_recv(), Ok(no()), "but the one after that does");
    scene.types("nothing was asked");
    assert!(scene.shows().contains("no question was open"));
}

#[test]
fn a_closed_or_broken_input_denies_and_says_so() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let mut asker = scene.ask("refund");
    scene.desk.hear(News::Line(Ok(None)));
    assert_eq!(asker.try_recv(), Ok(Decision::deny("the terminal's input is closed")));
    let mut asker = scene.ask("refund");
    scene.desk.hear(News::Line(Err(io::Error::other("no tty"))));
    assert_eq!(asker.try_recv(), Ok(Decision::deny("the approver failed: no tty")));
    let mut broken = Desk::new(&screen, || Err(io::Error::other("no thread")));
    let (answer, mut asker) = channel();
    broken.hear(News::Asked(Question::new(Approval::new("refund").into_request(), answer)));
    assert_eq!(asker.try_recv(), Ok(Decision::deny("the approver failed: no thread")));
}
