//! Prints what happened: a timeline for each scene, and the drill at the end.

use reliable::{CircuitState, Event, Fault, Report};

use crate::agent::ToolError;

/// A failure that was injected, and what came of it.
pub struct Drill {
    pub failure: &'static str,
    pub expected: &'static str,
    pub seen: String,
}

impl Drill {
    pub fn passes(&self) -> bool {
        self.seen == self.expected
    }
}

pub fn print_scene(title: &str, promise: &str, report: &Report, outcome: &Result<String, ToolError>) {
    println!("── {title} {}", "─".repeat(96_usize.saturating_sub(title.chars().count())));
    println!("   {promise}\n");
    let mut end = 0.0;
    for entry in report.entries() {
        end = entry.at.as_secs_f64();
        let (failed, done) = told(&entry.event);
        println!("{}", format!("{end:>7.2}s  {:<10}  {failed:<36}  {done}", entry.event.tool()).trim_end());
    }
    match outcome {
        Ok(answer) => println!("{end:>7.2}s  answer: {answer}\n"),
        Err(error) => println!("{end:>7.2}s  stopped: {error}\n"),
    }
}

/// What failed, and what the library did about it.
fn told(event: &Event) -> (String, String) {
    let nothing = String::new;
    match event {
        Event::Retrying { attempt, error, pause, .. } => {
            (format!("✗ {error}"), format!("pauses {pause:?}, then makes attempt {}", attempt + 1))
        }
        Event::Recovered { attempts, .. } => (nothing(), format!("✓ succeeded at attempt {attempts}")),
        Event::GaveUp { attempts, error, reason, .. } => {
            (format!("✗ {error}"), format!("gives up after attempt {attempts}: {reason}"))
        }
        Event::TimedOut { limit, .. } => (format!("✗ no answer within {limit:?}"), "drops the call".to_owned()),
        Event::FellBack { .. } => (nothing(), "✓ the fallback answers instead".to_owned()),
        Event::FailedOver { candidate, error, cooldown, .. } => {
            (format!("✗ {candidate}: {error}"), format!("leaves it out for {cooldown:?}, and asks the next one"))
        }
        Event::StoodIn { candidate, instead_of, .. } => {
            (nothing(), format!("✓ {candidate} answered instead of {instead_of}"))
        }
        Event::Circuit { state: CircuitState::Open, .. } => {
            ("✗ one failure too many".to_owned(), "●─○ the circuit is open: no calls for now".to_owned())
        }
        Event::Circuit { state: CircuitState::HalfOpen, .. } => {
            (nothing(), "●┄○ the circuit is half-open: this call is a probe".to_owned())
        }
        Event::Circuit { state: CircuitState::Closed, .. } => {
            (nothing(), "●━● the circuit is closed: the service is well".to_owned())
        }
        Event::Slow { took, limit, .. } => {
            (format!("✗ an answer after {took:.2?}"), format!("counts it as a failure: longer than {limit:?}"))
        }
        Event::Rejected { fault: Fault::CircuitOpen { left, .. }, .. } => {
            ("· the circuit is open".to_owned(), format!("does not call; {left:.0?} left"))
        }
        Event::Rejected { fault: Fault::CallLimit { max, .. }, .. } => {
            (format!("✗ {max} calls in this run were enough"), "does not call, and says so".to_owned())
        }
        Event::Injected { what, .. } => (format!("⚡ {what} is injected"), nothing()),
        Event::Hedged { attempt, .. } => ("· no answer yet".to_owned(), format!("starts attempt {attempt} beside it")),
        Event::RaceWon { attempt, .. } => (nothing(), format!("✓ attempt {attempt} was first; the other is dropped")),
        Event::Waited { by, waited, .. } => {
            (format!("· no room in the {by}"), format!("waited {waited:?} for its turn"))
        }
        Event::Rejected { .. } => ("✗ not allowed".to_owned(), "does not call, and says so".to_owned()),
        Event::Asked { .. } => ("? may this run".to_owned(), "asks a human".to_owned()),
        Event::Approved { by, remembered, edits, .. } => {
            let who = by.as_deref().unwrap_or("a human");
            let said = if *remembered { "has said yes before" } else { "said yes" };
            let changed = if edits.is_empty() { "" } else { ", and changed it" };
            (nothing(), format!("✓ runs it: {who} {said}{changed}"))
        }
        Event::Refused { fault, .. } => (nothing(), format!("does not run it: {fault}")),
        Event::Step { step, max_steps, .. } => (format!("· step {step} of {max_steps}"), nothing()),
        Event::Charged { usd, tokens, .. } => (nothing(), format!("pays {usd} for {tokens} tokens")),
        Event::Finished { steps, .. } => (nothing(), format!("✓ done after {steps} steps")),
        Event::ChargeRefused { .. } => ("✗ this does not fit".to_owned(), "spends nothing, and says so".to_owned()),
        Event::Failed { .. } => ("✗ the step failed".to_owned(), "ends the run".to_owned()),
        Event::Stopped { .. } => ("✗ no step is left".to_owned(), "begins no other step, and says so".to_owned()),
        Event::ReadBack { .. } => (nothing(), "· reads back how it ended".to_owned()),
        other => (other.to_string(), nothing()),
    }
}

pub fn print_drill(drill: &[Drill]) {
    println!("── The drill {}", "─".repeat(87));
    println!("   {:<36}  {:<36}  {:<36}  pass", "failure injected", "expected", "seen");
    for row in drill {
        let mark = if row.passes() { "✓" } else { "✗" };
        println!("   {:<36}  {:<36}  {:<36}  {mark}", row.failure, row.expected, row.seen);
    }
}
