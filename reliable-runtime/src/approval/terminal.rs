//! Questions to whoever sits at the terminal.

use std::io::{self, BufRead, Write};

use tokio::sync::{Mutex, oneshot};

use crate::approval::approver::Approver;
use crate::said::request::{Decision, Request};

/// Asks on the terminal: `y` or `yes` approves, anything else denies, and so do Enter alone and a closed input.
///
/// The question goes to standard error, so that it is seen when the output is piped. Questions are asked one at a time.
/// A question that expires leaves its line of input unread: the next line typed answers nothing, so that a late yes
/// never approves the next question.
///
/// ```no_run
/// use reliable::approver;
///
/// approver::install(approver::Terminal);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

impl Approver for Terminal {
    async fn review(&self, request: &Request) -> Decision {
        let _turn = ONE_AT_A_TIME.lock().await;
        let request = request.clone();
        let (answer, answered) = oneshot::channel();
        // A thread of its own: one of the runtime's would keep the process alive until somebody presses Enter.
        std::thread::spawn(move || {
            let decision = ask(&request, &mut io::stderr(), || io::stdin().lock());
            if answer.send(decision.into()).is_err() {
                eprintln!("  (that question had expired; the line answered nothing)");
            }
        });
        answered.await.unwrap_or_else(|_| Decision::deny("the terminal went away"))
    }
}

/// `input` is opened after the question is written: opening it waits for a reader that an expired question left behind.
fn ask<I: BufRead>(request: &Request, output: &mut impl Write, input: impl FnOnce() -> I) -> io::Result<Decision> {
    writeln!(output, "\n  approval needed: {}", request.tool)?;
    if let Some(reason) = &request.reason {
        writeln!(output, "    why: {}", printable(reason))?;
    }
    for argument in &request.arguments {
        let value = argument.value.as_deref().map_or_else(|| "<redacted>".to_owned(), printable);
        writeln!(output, "    {} = {value}", argument.name)?;
    }
    write!(output, "  run it? [y/N] ")?;
    output.flush()?;
    let mut line = String::new();
    if input().read_line(&mut line)? == 0 {
        writeln!(output)?;
        return Ok(Decision::deny("the terminal's input is closed"));
    }
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(Decision::approve().by("the terminal")),
        _ => Ok(Decision::deny("a human said no").by("the terminal")),
    }
}

/// The text without what could deceive the eye: control sequences, and characters that turn the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let plain = |c: char| if matches!(c, '"' | '\'' | '\\') { c.to_string() } else { c.escape_debug().to_string() };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::question::Approval;

    fn answer(input: &str) -> (Decision, String) {
        let request = Approval::new("refund")
            .reason("moves \u{1b}[31mmoney")
            .show("amount", "40".to_owned())
            .show("to", "\"ana\u{202e}\u{1b}[2K\"".to_owned())
            .redact("card")
            .into_request();
        let mut output = Vec::new();
        let decision = ask(&request, &mut output, || input.as_bytes()).unwrap();
        (decision, String::from_utf8(output).unwrap())
    }

    #[test]
    fn only_a_plain_yes_approves() {
        for yes in ["y\n", "Y\n", "yes\n", "  YES \r\n", "y"] {
            assert!(matches!(answer(yes).0, Decision::Approved { .. }), "{yes:?}");
        }
        for no in ["\n", "n\n", "no\n", "yep\n", "y y\n", "1\n", "ok\n", " \n"] {
            assert!(matches!(answer(no).0, Decision::Denied { .. }), "{no:?}");
        }
    }

    #[test]
    fn a_closed_input_denies_and_says_so() {
        assert_eq!(answer("").0, Decision::deny("the terminal's input is closed"));
    }

    #[test]
    fn the_question_shows_the_call_and_hides_what_is_redacted() {
        let (_, question) = answer("n\n");
        assert!(question.contains("approval needed: refund"), "{question}");
        assert!(question.contains("amount = 40"), "{question}");
        assert!(question.contains("card = <redacted>"), "{question}");
        assert!(question.contains("[y/N]"), "{question}");
        assert!(question.contains("to = \"ana\\u{202e}\\u{1b}[2K\""), "{question}");
        assert!(!question.contains(['\u{1b}', '\u{202e}']), "nothing reaches the terminal that deceives: {question}");
    }

    #[tokio::test]
    async fn who_asks_waits_until_the_question_before_is_answered() {
        let turn = ONE_AT_A_TIME.lock().await;
        let request = Approval::new("refund").into_request();
        let mut review = std::pin::pin!(Terminal.review(&request));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(review.as_mut().poll(&mut context).is_pending());
        drop(turn);
        assert!(ONE_AT_A_TIME.try_lock().is_err(), "the one that waits is next, and nothing was asked yet");
    }
}
