//! A name that is made at run time, for those who take one that is part of the program.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use crate::said::words;

const MOST: usize = 4096;
static KEPT: RwLock<BTreeSet<&'static str>> = RwLock::new(BTreeSet::new());

/// What `name = self.name()` becomes: the same text, as if it were part of the program. What could deceive the eye in it is
/// escaped, and what is long is cut.
///
/// Each name is kept for as long as the program runs, so that a call copies nothing. Of 4096 names that is: a program that
/// makes more gets `otherwise` for the rest, which is the function's own name in an expansion.
///
/// ```
/// use reliable::{Fault, Timeout, run_time_name};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let tool = run_time_name(&format!("mail to {}", "ana"), "mail");
/// let late = Timeout::ms(5).run(tool, std::future::pending::<Result<(), Fault>>()).await;
/// assert_eq!(late.unwrap_err().to_string(), "`mail to ana` timed out after 5ms");
/// # }
/// ```
pub fn run_time_name(name: &(impl NameText + ?Sized), otherwise: &'static str) -> &'static str {
    let name = name.text();
    known(name).unwrap_or_else(|| {
        // It may come from outside.
        let name = words::name(name.to_owned());
        known(&name).unwrap_or_else(|| keep(name, otherwise))
    })
}

fn known(name: &str) -> Option<&'static str> {
    KEPT.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
}

fn keep(name: String, otherwise: &'static str) -> &'static str {
    let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(&*name) {
        return known;
    }
    if kept.len() >= MOST {
        return otherwise;
    }
    let name: &'static str = name.leak();
    kept.insert(name);
    name
}

/// What the option `name` takes: a `&str`, a `String`, or whatever else is a text. Implemented for those; never by hand.
#[diagnostic::on_unimplemented(
    message = "`name` takes a text, and this is a `{Self}`: write an expression that gives a `&str` or a `String`",
    label = "this is not a text"
)]
pub trait NameText {
    /// The text.
    fn text(&self) -> &str;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> NameText for T {
    fn text(&self) -> &str {
        self.as_ref()
    }
}
