//! A human in the loop: two tools that nobody takes back, and somebody who is asked before each of them.

use std::sync::{Mutex, PoisonError};

use reliable::approver::Inbox;
use reliable::{Decision, guarded, requires_approval};
use rig::rig_tool;
use rig::tool::ToolExecutionError;

/// What has really happened.
static WORLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What has really happened since the last look.
pub fn happened() -> Vec<String> {
    std::mem::take(&mut *WORLD.lock().unwrap_or_else(PoisonError::into_inner))
}

fn happens(what: String) {
    WORLD.lock().unwrap_or_else(PoisonError::into_inner).push(what);
}

#[requires_approval(reason = "it leaves the house", edit(subject, body), guarded)]
#[rig_tool(description = "Sends a mail")]
pub async fn send_email(
    /// The address.
    to: String,
    /// A few words.
    subject: String,
    /// The text.
    body: String,
) -> Result<String, ToolExecutionError> {
    happens(format!("a mail to {to} ({subject}): {body}"));
    Ok(format!("sent to {to}"))
}

#[requires_approval(reason = "it can't be undone", guarded)]
#[rig_tool(description = "Deletes a file for good")]
pub async fn delete_file(
    /// Its whole path.
    path: String,
) -> Result<String, ToolExecutionError> {
    happens(format!("{path} is gone"));
    Ok(format!("{path} deleted"))
}

guarded!(send_email, delete_file);

/// What somebody does with a question.
pub enum Does {
    Approves,
    Denies { because: &'static str },
    /// Says yes, but with another value for an argument.
    Edits { argument: &'static str, to: &'static str },
    /// Ends the whole run.
    Aborts,
}

/// Sits at the inbox, and does one thing after the other. Comes back when the run is to end.
pub async fn human(mut inbox: Inbox, acts: Vec<Does>) -> &'static str {
    for act in acts {
        let Some(question) = inbox.next().await else { break };
        let decision = match act {
            Does::Approves => Decision::approve(),
            Does::Denies { because } => Decision::deny(because),
            Does::Edits { argument, to } => Decision::approve().edit(argument, to),
            // The question stays open: it ends with the run.
            Does::Aborts => return "ended by the human",
        };
        question.answer(decision.by("ana"));
    }
    std::future::pending().await
}
