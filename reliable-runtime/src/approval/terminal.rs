//! Questions to whoever sits at the terminal.

mod desk;
mod edit;
mod input;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use crate::approval::approver::Approver;
use crate::said::decision::Decision;
use crate::said::request::Request;
use desk::{Desk, News, Question};

/// Asks on the terminal. Each question shows a short code: who types it allows the call, and anything else denies it, Enter
/// alone and a closed input, too.
///
/// The code is another one each time, and can't be guessed: so nothing approves that was typed or piped in before the
/// question was shown. Both standard input and standard error, where the question goes so that it is seen when the output is
/// piped, must be a terminal; else the call is denied.
///
/// Where the answer may be [remembered](Request::remember), the question says for what, and an `a` before the code allows all of
/// that.
///
/// Where an argument may be corrected, `e`, the code, and `body=Good morning` do that: what is a text in the call is a text as
/// it is typed, or in quotes with the escapes of JSON, and anything else is JSON. Then the corrected call is shown, and asked
/// about with another code, before it runs. A line has room for 4096 bytes; a longer one corrects nothing.
///
/// Questions are shown one at a time, and one whose caller has gone (expired, cancelled) makes room for the next at once.
/// The line that was being typed then answers nothing, unless it is the code of the next.
///
/// ```no_run
/// use reliable::approver;
///
/// approver::install(approver::Terminal);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

impl Approver for Terminal {
    async fn review(&self, request: &Request) -> Decision {
        if !io::stdin().is_terminal() {
            return Decision::deny("the standard input is no terminal, and only a human at one can answer");
        }
        if !io::stderr().is_terminal() {
            return Decision::deny("standard error is no terminal, and there the question would be shown");
        }
        // Before the channel, which must be closed when the desk hears of it.
        let _leaving = Leaving;
        let (answer, answered) = oneshot::channel();
        if DESK.send(News::Asked(Question::new(request.clone(), answer))).is_err() {
            return Decision::deny("the terminal went away");
        }
        answered.await.unwrap_or_else(|_| Decision::deny("the terminal went away"))
    }
}

/// Who has asked is gone, with an answer or without.
struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        let _ = DESK.send(News::Left);
    }
}

/// To a thread that shows the questions and reads the answers, so that no caller has to be polled for it. One of the
/// runtime's would keep the process alive until somebody presses Enter.
static DESK: LazyLock<Sender<News>> = LazyLock::new(|| {
    let (desk, news) = channel();
    let back = desk.clone();
    let _ = thread::Builder::new().name("terminal".to_owned()).spawn(move || attend(&news, &back));
    desk
});

fn attend(news: &Receiver<News>, back: &Sender<News>) {
    let read_a_line = || {
        let back = back.clone();
        let read = thread::Builder::new().name("terminal's input".to_owned()).spawn(move || {
            let _ = back.send(News::Line(input::read_line(&mut io::stdin().lock())));
        });
        read.map(drop)
    };
    let mut desk = Desk::new(io::stderr(), read_a_line);
    for news in news {
        desk.hear(news);
    }
}
