//! A tool loop in which a human is asked once.
//!
//! Coding agents write this by hand: a store of what was allowed for the session, a key for each call, the look into the store before
//! the question, the note in it after the answer, the count for the metrics (85 lines in one of them, and the loop, the cap on
//! denials and the audit trail on top). Here it is what stands above each tool, and `Grants` in the scope.

use reliable::{Fault, Run, Step, agent, requires_approval};

use crate::machine::Machine;

/// What the model asks for.
#[derive(Debug, Clone)]
pub enum ToolCall {
    Read(&'static str),
    Run(&'static str, &'static [&'static str]),
    Write(&'static str, &'static str),
    Finish(&'static str),
}

/// Looking hurts nobody.
fn read(machine: &Machine, path: &str) -> String {
    machine.did(format!("read {path}"))
}

/// A program that was allowed "from now on" is allowed with any arguments.
#[requires_approval(reason = "it runs on your machine", show(program, arguments), remember(program))]
async fn run(machine: &Machine, program: &str, arguments: &[&str]) -> Result<String, Fault> {
    Ok(machine.did(format!("ran {program} {}", arguments.join(" "))))
}

/// A file that was allowed is allowed with any text; another file is another question.
#[requires_approval(reason = "it changes a file", show(path, text), remember(path))]
async fn write(machine: &Machine, path: &str, text: &str) -> Result<String, Fault> {
    Ok(machine.did(format!("wrote {path}: {text}")))
}

/// Three denials in a row are enough: this model has not understood what it may do.
#[agent(max_steps = 20, max_denials = 3)]
pub async fn coder(
    machine: &Machine,
    calls: &mut Vec<ToolCall>,
    heard: &mut Vec<String>,
) -> Result<Step<String>, Fault> {
    let seen = match next(calls) {
        ToolCall::Finish(answer) => return Ok(Step::Done(answer.to_owned())),
        ToolCall::Read(path) => Ok(read(machine, path)),
        ToolCall::Run(program, arguments) => run(machine, program, arguments).await,
        ToolCall::Write(path, text) => write(machine, path, text).await,
    };
    // A denial is for the model to read, as any error of a tool is.
    heard.push(seen.unwrap_or_else(|fault| fault.to_string()));
    Ok(Step::Next)
}

/// Where a real program asks its model. In the last step that is left the model is asked for its answer.
fn next(calls: &mut Vec<ToolCall>) -> ToolCall {
    if calls.is_empty() || Run::current().is_last_step() {
        return ToolCall::Finish("I could not do it");
    }
    calls.remove(0)
}
