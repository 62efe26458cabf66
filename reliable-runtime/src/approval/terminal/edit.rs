//! A line that corrects an argument: `e k7m4 body=Good morning`.

use std::fmt::Write as _;

use crate::approval::terminal::input;
use crate::said::edits::Edits;
use crate::said::json::typed;
use crate::said::request::{Argument, Request};
use crate::said::words;

/// What such a line does.
pub(super) enum Edit {
    /// It corrects the argument of this name.
    Done(String),
    /// Nothing, and why.
    NotDone(String),
}

/// How a correction is typed, where there may be one.
pub(super) fn how(request: &Request, code: &str) -> String {
    let names: Vec<String> = editable(request).map(|argument| words::shown(&argument.name)).collect();
    let mut how = String::new();
    if !names.is_empty() {
        let _ = writeln!(how, "  e {code} NAME=VALUE corrects {}, and asks again", names.join(" or "));
    }
    how
}

/// Corrects what `line` says. `None` if it is no such line: the code is that of this question, as in any other answer.
pub(super) fn edit(line: &str, code: &str, request: &mut Request, edits: &mut Edits) -> Option<Edit> {
    let line = line.strip_prefix(['e', 'E'])?.strip_prefix(' ')?.trim_start();
    let (written, correction) = line.split_once(' ')?;
    if !written.eq_ignore_ascii_case(code) || editable(request).next().is_none() {
        return None;
    }
    Some(corrected(correction, request, edits).map_or_else(Edit::NotDone, Edit::Done))
}

fn corrected(correction: &str, request: &mut Request, edits: &mut Edits) -> Result<String, String> {
    if input::is_cut(correction) {
        return Err(format!("that corrected nothing: a line has room for {} bytes", input::MOST));
    }
    let (name, value) = correction.split_once('=').ok_or("that corrected nothing: it takes NAME=VALUE")?;
    let (name, value) = (name.trim(), value.trim());
    let argument = request.arguments.iter_mut().find(|argument| argument.editable && *argument.name == *name);
    let unknown = || format!("that corrected nothing: `{}` can't be corrected", words::name(name.to_owned()));
    let argument = argument.ok_or_else(unknown)?;
    let is_text = argument.value.as_deref().is_some_and(|shown| shown.starts_with('"'));
    let value = typed(value, is_text);
    argument.value = Some(words::shown(&value));
    edits.set(name.to_owned(), value);
    Ok(name.to_owned())
}

fn editable(request: &Request) -> impl Iterator<Item = &Argument> {
    request.arguments.iter().filter(|argument| argument.editable)
}
