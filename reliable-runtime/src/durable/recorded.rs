//! What can be written down, and read again.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::foreign::caught;
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::records::Written;
use crate::said::fault::IntoError;
use crate::said::request::{Argument, Listed};
use crate::said::told::Told;
use crate::said::words;

/// What a recorded call may give: a type that serde writes and reads. It is implemented for all of them.
///
/// ```
/// use reliable::durable::Recorded;
///
/// fn is_recorded<T: Recorded>() {}
/// is_recorded::<Result<Vec<String>, String>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be recorded: derive `serde::Serialize` and `serde::Deserialize`",
    label = "this has to be written down, and read again after a restart",
    note = "an error type of another crate is made again from its words: `#[durable(error = path)]`, with a `fn(String) -> E`"
)]
pub trait Recorded: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Recorded for T {}

pub(super) fn write<T: Serialize>(value: &T) -> Written {
    match serde_json::to_string(value) {
        Ok(json) => Written::Json(json),
        Err(error) => Written::Unwritable(error.to_string()),
    }
}

/// The arguments in words, for the reader: what is long is cut, and says how long it was.
pub(super) fn in_words(arguments: &[Argument]) -> String {
    const MOST: usize = 2000;
    let words = Listed(arguments).to_string();
    if words.len() <= MOST {
        return words;
    }
    let end = (0..=MOST).rfind(|at| words.is_char_boundary(*at)).unwrap_or_default();
    format!("{}… ({} bytes)", &words[..end], words.len())
}

/// Reads what was written. `whose` says of what, if that is not possible.
pub(super) fn read<T: Recorded>(written: &Written, whose: &dyn Display) -> Result<T, Halt> {
    let mismatch = |what: String| Err(Halt::new(HaltKind::Mismatch, what));
    match written {
        Written::Json(json) => serde_json::from_str(json).or_else(|error| {
            mismatch(format!(
                "what is recorded of {whose} can't be read as the type that it has now ({error}): go on with the program that \
                 has recorded it, or give the function another `name`, and it runs again"
            ))
        }),
        Written::Unwritable(why) => mismatch(format!(
            "{whose} has run, its outcome could not be written down ({why}), and it does not run again: see what it has done; then \
             let its type be written as JSON and give the function another `name`, and it runs again, or cancel the run"
        )),
    }
}

/// The outcome of a run, as it was written down when it ended.
pub(super) fn read_end<T: Recorded>(outcome: &str, run: &str) -> Result<T, Halt> {
    serde_json::from_str(outcome).map_err(|error| {
        let message = format!(
            "the outcome of run `{run}` can't be read as this type ({error}): ask for the type that the run gave when it ended"
        );
        Halt::new(HaltKind::Mismatch, message)
    })
}

/// The outcome of a run that is about to end, if it can be read again.
pub(super) fn written_end<T: Recorded>(outcome: Written, run: &str) -> Result<String, Halt> {
    let (outcome, why) = match outcome {
        Written::Json(outcome) => match tried(|| serde_json::from_str::<T>(&outcome).map(drop)) {
            Ok(()) => return Ok(outcome),
            Err(why) => ("read again as its type", why),
        },
        Written::Unwritable(why) => ("written down", why),
    };
    let message = format!(
        "the outcome of run `{run}` can't be {outcome} ({why}): let its type be written as JSON, and read as it is written, and \
         resume the run: what is recorded of it does not run again"
    );
    Err(Halt::new(HaltKind::Mismatch, message))
}

/// Reads something by the user's code, which may panic: that would leave the run to the next worker, and that one to the next.
pub(super) fn tried<T>(read: impl FnOnce() -> serde_json::Result<T>) -> Result<T, String> {
    match caught(read) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(words) => Err(format!("it panicked: {}", words::told(&words))),
    }
}

/// How an outcome is written down, and made again.
pub(super) trait Form<R> {
    fn write(&self, outcome: &R) -> Written;
    fn read(&self, written: &Written, whose: &dyn Display) -> Result<R, Halt>;
}

/// As its own type says.
pub(super) struct AsItIs;

impl<R: Recorded> Form<R> for AsItIs {
    fn write(&self, outcome: &R) -> Written {
        write(outcome)
    }

    fn read(&self, written: &Written, whose: &dyn Display) -> Result<R, Halt> {
        read(written, whose)
    }
}

/// With an error that is made again of its words, or of the fault in it.
pub(super) struct ByWords<M, I, L> {
    pub(super) error: M,
    pub(super) fault: I,
    pub(super) look: L,
}

impl<T, E, M, I, L> Form<Result<T, E>> for ByWords<M, I, L>
where
    T: Recorded,
    M: Fn(String) -> E,
    I: IntoError<E>,
    L: Fn(&E) -> Told,
{
    fn write(&self, outcome: &Result<T, E>) -> Written {
        match outcome {
            Ok(value) => write::<Result<&T, Told>>(&Ok(value)),
            Err(error) => write::<Result<&T, Told>>(&Err((self.look)(error))),
        }
    }

    fn read(&self, written: &Written, whose: &dyn Display) -> Result<Result<T, E>, Halt> {
        let outcome: Result<T, Told> = read(written, whose)?;
        Ok(outcome.map_err(|Told { words, fault }| {
            fault.map_or_else(|| (self.error)(words), |fault| self.fault.error(fault))
        }))
    }
}
