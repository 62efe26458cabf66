//! The desk without a terminal: what is shown, and what a line does then.

use std::cell::Cell;
use std::io;
use std::str::from_utf8;
use std::time::Duration;

use tokio::sync::oneshot::{Receiver, channel, error::TryRecvError};

use super::desk::{Desk, News, Question};
use crate::approval::grants::Grants;
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
    behind.split_once(" to allow").unwrap().0.to_owned()
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
fn always_is_an_answer_of_its_own_where_it_is_offered() {
    let screen = Screen::default();
    let mut scene = Scene::new(&screen);
    let mut offered = Approval::new("refund").into_request();
    offered.remember = Some(Grants::for_at_most(Duration::from_secs(3600)).offer(Some(&["to"])));
    let mut answer = |request: &Request, line: &dyn Fn(&str) -> String| {
        let mut asker = scene.ask_for(request.clone());
        let shown = scene.shows();
        let code = code_in(&shown);
        scene.types(&line(&code));
        (shown, code, asker.try_recv().unwrap())
    };
    let (shown, code, decision) = answer(&offered, &|code| format!("a {code}"));
    let question = format!(
        "  (always: every call with the same `to`, for 1h)\n  type {code} to allow, a {code} to allow always, anything else denies: "
    );
    assert!(shown.ends_with(&question), "{shown}");
    assert_eq!(decision, yes().remember());
    assert_eq!(answer(&offered, &str::to_owned).2, yes(), "and not what the code alone says");
    let wrong: [&dyn Fn(&str) -> String; 5] = [
        &|_| "a".into(),
        &|code| format!("a{code}"),
        &|code| format!("a {code} a"),
        &|code| format!("{code} a"),
        &|_| "a k7m4".into(),
    ];
    assert_eq!(answer(&offered, &|code| format!("A  {}", code.to_uppercase())).2, yes().remember());
    for line in wrong {
        assert_eq!(answer(&offered, line).2, no());
    }
    let (shown, _, decision) = answer(&Approval::new("refund").into_request(), &|code| format!("a {code}"));
    assert!(!shown.contains("always") && decision == no(), "{shown}");
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

/// The corrections of a call, by somebody who types.
#[cfg(feature = "serde")]
mod corrections {
    use super::*;
    use crate::approval::terminal::input;

    fn mail() -> Request {
        let (mut body, mut pieces) = (None::<String>, None::<u32>);
        let mail = Approval::new("send").show("to", "\"ana\"".to_owned()).show("body", "\"Hi\"".to_owned());
        let mail = mail.show("pieces", "1".to_owned()).edit("body", &mut body, String::clone);
        mail.edit("pieces", &mut pieces, u32::to_string).into_request()
    }

    #[test]
    fn a_correction_is_shown_and_asked_about_with_another_code() {
        let screen = Screen::default();
        let mut scene = Scene::new(&screen);
        let mut asker = scene.ask_for(mail());
        let shown = scene.shows();
        let first = code_in(&shown);
        assert!(
            shown.contains(&format!("  e {first} NAME=VALUE corrects body or pieces, and asks again\n")),
            "{shown}"
        );
        scene.types(&format!("e {first} body=Good morning, Ana = X"));
        let shown = scene.shows();
        assert!(shown.contains("(with another body, this is the call)"), "{shown}");
        assert!(shown.contains("    to = \"ana\"\n    body = \"Good morning, Ana = X\"\n    pieces = 1\n"), "{shown}");
        let second = code_in(&shown);
        assert_ne!(first, second);
        assert_eq!(asker.try_recv(), Err(TryRecvError::Empty), "nothing runs before it was shown");
        scene.types(&format!("E {}  pieces = 2 ", second.to_uppercase()));
        let third = scene.code();
        scene.types(&third);
        assert_eq!(asker.try_recv(), Ok(yes().edit("body", "Good morning, Ana = X").edit("pieces", 2)));
    }

    #[test]
    fn what_is_corrected_is_allowed_once() {
        let screen = Screen::default();
        let mut scene = Scene::new(&screen);
        let mut request = mail();
        request.remember = Some(Grants::new().offer(None));
        let mut asker = scene.ask_for(request);
        let shown = scene.shows();
        assert!(shown.contains("to allow always"), "{shown}");
        scene.types(&format!("e {} pieces=2", code_in(&shown)));
        let shown = scene.shows();
        assert!(!shown.contains("always"), "{shown}");
        scene.types(&format!("a {}", code_in(&shown)));
        assert_eq!(asker.try_recv(), Ok(no()));
    }

    #[test]
    fn no_line_that_was_typed_before_corrects_or_allows_anything() {
        let screen = Screen::default();
        let mut scene = Scene::new(&screen);
        let mut asker = scene.ask_for(mail());
        let code = scene.code();
        scene.types(&format!("e {code} body=Ho"));
        scene.types(&code);
        assert_eq!(asker.try_recv(), Ok(no()), "the first code is none any more");
        for line in ["e body=Ho", "e k7m4 body=Ho", "e", "e ", "body=Ho"] {
            let mut asker = scene.ask_for(mail());
            scene.types(line);
            assert_eq!(asker.try_recv(), Ok(no()), "{line}");
        }
        let _ = scene.shows();
        let mut asker = scene.ask("refund");
        let code = scene.code();
        scene.types(&format!("e {code} amount=1"));
        assert_eq!(asker.try_recv(), Ok(no()), "a call that does not allow it");
    }

    #[test]
    fn what_is_mistyped_corrects_nothing_and_is_asked_about_again() {
        let screen = Screen::default();
        let mut scene = Scene::new(&screen);
        let mut asker = scene.ask_for(mail());
        let long = format!("body={}", "x".repeat(input::MOST + 1));
        for (line, told) in [
            ("to=eve", "`to` can't be corrected"),
            ("bod\u{202e}y=1", "`bod\\u{202e}y` can't be corrected"),
            ("body", "it takes NAME=VALUE"),
            (&*long, "a line has room for 4096 bytes"),
        ] {
            let code = scene.code();
            scene.types(&format!("e {code} {line}"));
            let shown = scene.screen.text.take();
            assert!(shown.contains(told), "{shown}");
            assert_ne!(code_in(&shown), code);
            scene.screen.text.set(shown);
        }
        let code = scene.code();
        scene.types(&code);
        assert_eq!(asker.try_recv(), Ok(yes()));
    }

    #[test]
    fn a_text_is_typed_as_it_is_and_anything_else_as_json() {
        let typed = |line: &str| {
            let screen = Screen::default();
            let mut scene = Scene::new(&screen);
            let mut asker = scene.ask_for(mail());
            let code = scene.code();
            scene.types(&format!("e {code} {line}"));
            let code = scene.code();
            scene.types(&code);
            asker.try_recv().unwrap()
        };
        assert_eq!(typed("body=42"), yes().edit("body", "42"));
        assert_eq!(typed("body="), yes().edit("body", ""));
        assert_eq!(typed("body=null"), yes().edit("body", "null"));
        assert_eq!(typed(r#"body=" two\nlines ""#), yes().edit("body", " two\nlines "));
        assert_eq!(typed(r#"body="Hi" she said"#), yes().edit("body", r#""Hi" she said"#));
        assert_eq!(typed("pieces=42"), yes().edit("pieces", 42));
        assert_eq!(typed("pieces=[1, 2]"), yes().edit("pieces", [1, 2]));
        assert_eq!(typed("pieces=Many"), yes().edit("pieces", "Many"));
    }

    #[test]
    fn who_is_gone_after_a_correction_makes_room() {
        let screen = Screen::default();
        let mut scene = Scene::new(&screen);
        let asker = scene.ask_for(mail());
        let code = scene.code();
        scene.types(&format!("e {code} body=Ho"));
        let mut next = scene.ask("refund");
        let _ = scene.shows();
        scene.leave(asker);
        let code = scene.code();
        scene.types(&code);
        assert_eq!(next.try_recv(), Ok(yes()));
    }
}
