//! Which question is shown, and what a line answers.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use tokio::sync::oneshot;

use crate::said::decision::Decision;
use crate::said::request::Request;
use crate::said::words;

/// What happens at a terminal.
pub(super) enum News {
    Asked(Question),
    /// Somebody who had asked is gone.
    Left,
    Line(io::Result<Option<String>>),
}

pub(super) struct Question {
    request: Request,
    answer: oneshot::Sender<Decision>,
}

/// One that is shown.
struct Shown {
    question: Question,
    code: String,
}

/// Shows one question at a time, and takes a line as the answer to it. `read_line` begins to read one, which comes as news.
pub(super) struct Desk<W, R> {
    output: W,
    read_line: R,
    waiting: VecDeque<Question>,
    shown: Option<Shown>,
    is_reading: bool,
    /// What is being read was begun for a question whose asker has gone.
    is_stale: bool,
    last_code: String,
}

impl Question {
    pub(super) fn new(request: Request, answer: oneshot::Sender<Decision>) -> Self {
        Question { request, answer }
    }

    fn is_open(&self) -> bool {
        !self.answer.is_closed()
    }
}

impl<W: Write, R: FnMut() -> io::Result<()>> Desk<W, R> {
    pub(super) fn new(output: W, read_line: R) -> Self {
        Desk {
            output,
            read_line,
            waiting: VecDeque::new(),
            shown: None,
            is_reading: false,
            is_stale: false,
            last_code: String::new(),
        }
    }

    pub(super) fn hear(&mut self, news: News) {
        match news {
            News::Asked(question) => self.waiting.push_back(question),
            News::Left => self.let_go(),
            News::Line(line) => self.take(line),
        }
        while self.shown.is_none() {
            let Some(question) = self.waiting.pop_front() else { return };
            self.show(question);
        }
    }

    /// Forgets the questions that nobody waits for any more.
    fn let_go(&mut self) {
        self.waiting.retain(Question::is_open);
        if self.shown.take_if(|shown| !shown.question.is_open()).is_some() {
            self.is_stale = self.is_reading;
            self.note("nobody waits for an answer any more");
        }
    }

    fn show(&mut self, question: Question) {
        if !question.is_open() {
            return;
        }
        let code = self.new_code();
        let text = text(&question.request, &code);
        let is_shown = self.output.write_all(text.as_bytes()).and_then(|()| self.output.flush());
        match is_shown.and_then(|()| self.read()) {
            Ok(()) => self.shown = Some(Shown { question, code }),
            Err(error) => answer(question, Err(error).into()),
        }
    }

    fn read(&mut self) -> io::Result<()> {
        if !self.is_reading {
            (self.read_line)()?;
            self.is_reading = true;
        }
        Ok(())
    }

    fn take(&mut self, line: io::Result<Option<String>>) {
        self.is_reading = false;
        let is_stale = std::mem::take(&mut self.is_stale);
        let Some(Shown { question, code }) = self.shown.take() else {
            return self.note("that answered nothing: no question was open");
        };
        let decision = match line {
            // Only who has read it knows it.
            Ok(Some(line)) if line == code => Ok(Decision::approve().by("the terminal")),
            Ok(Some(_)) if is_stale => {
                self.note("that answered nothing: it was begun before this question was shown");
                return self.show_again(question, code);
            }
            Ok(Some(_)) => Ok(Decision::deny("a human said no").by("the terminal")),
            Ok(None) => Ok(Decision::deny("the terminal's input is closed")),
            Err(error) => Err(error),
        };
        answer(question, decision.into());
    }

    fn show_again(&mut self, question: Question, code: String) {
        match self.read() {
            Ok(()) => self.shown = Some(Shown { question, code }),
            Err(error) => answer(question, Err(error).into()),
        }
    }

    /// Whether it is seen is not what counts.
    fn note(&mut self, what: &str) {
        let _ = writeln!(self.output, "\n  ({what})");
    }

    fn new_code(&mut self) -> String {
        let code = loop {
            let code = code(RandomState::new().hash_one(&self.last_code));
            if code != self.last_code {
                break code;
            }
        };
        self.last_code.clone_from(&code);
        code
    }
}

fn answer(question: Question, decision: Decision) {
    let _ = question.answer.send(decision);
}

/// Letters and digits that nobody takes for another, in turn, so that it is no word and not what one types anyway.
fn code(mut random: u64) -> String {
    const LETTERS: &[u8] = b"bcdfghjkmpqrstvwxz";
    const DIGITS: &[u8] = b"23456789";
    let kinds = [LETTERS, DIGITS, LETTERS, DIGITS];
    let draw = |kind: &[u8]| {
        let one = kind[usize::try_from(random % kind.len() as u64).unwrap_or(0)];
        random /= kind.len() as u64;
        char::from(one)
    };
    kinds.map(draw).into_iter().collect()
}

fn text(request: &Request, code: &str) -> String {
    let mut text = format!("\n  approval needed: {}\n", words::shown(&request.tool));
    if let Some(reason) = &request.reason {
        let _ = writeln!(text, "    why: {}", words::shown(reason));
    }
    for argument in &request.arguments {
        let value = argument.value.as_ref().map_or_else(|| "<redacted>".to_owned(), |value| words::shown(value));
        let _ = writeln!(text, "    {} = {value}", words::shown(&argument.name));
    }
    let _ = write!(text, "  type {code} to allow, anything else denies: ");
    text
}
