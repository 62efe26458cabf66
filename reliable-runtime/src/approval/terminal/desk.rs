//! Which question is shown, and what a line answers.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use tokio::sync::oneshot;

use crate::approval::terminal::edit::{Edit, edit, how};
use crate::said::decision::Decision;
use crate::said::edits::Edits;
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
    /// What was corrected so far: the request is the corrected one.
    edits: Edits,
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
        Question { request, answer, edits: Edits::none() }
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
        let Some(Shown { mut question, code }) = self.shown.take() else {
            return self.note("that answered nothing: no question was open");
        };
        let typed = line.as_ref().ok().and_then(Option::as_deref).unwrap_or_default();
        if let Some(edit) = edit(typed, &code, &mut question.request, &mut question.edits) {
            return self.ask_again(question, edit);
        }
        let yes = |line: String| yes(&line, &code, &question.request);
        let decision = match line.map(|line| line.map(yes)) {
            Ok(Some(Some(yes))) => Ok(yes.by("the terminal").corrected(std::mem::take(&mut question.edits))),
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

    /// Shows the corrected call, with a code of its own: no line that was typed before allows it.
    fn ask_again(&mut self, mut question: Question, edit: Edit) {
        match edit {
            Edit::Done(argument) => {
                // What is corrected is for this call alone.
                question.request.remember = None;
                self.note(&format!("with another {argument}, this is the call"));
            }
            Edit::NotDone(why) => self.note(&why),
        }
        self.show(question);
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

/// The code: only who has read it knows it. An `a` before it is for always, where that was offered.
fn yes(line: &str, code: &str, request: &Request) -> Option<Decision> {
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    if is(line, code) {
        return Some(Decision::approve());
    }
    let is_for_always = line.split_once(' ').is_some_and(|(a, written)| is(a, "a") && is(written.trim(), code));
    (is_for_always && request.remember.is_some()).then(|| Decision::approve().remember())
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
        let _ = writeln!(text, "    {} = {}", words::shown(&argument.name), words::shown(&argument.shown()));
    }
    text += &how(request, code);
    let always = match &request.remember {
        Some(remember) => {
            let _ = writeln!(text, "  (always: {remember})");
            format!(", a {code} to allow always")
        }
        None => String::new(),
    };
    let _ = write!(text, "  type {code} to allow{always}, anything else denies: ");
    text
}
