//! Where the corrections of a human go: into the places that whoever asks has made for them.

use std::any::type_name;
use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::base::foreign::caught;
use crate::said::edits::{Editable, Edits};
use crate::said::request::{Argument, Request};
use crate::said::words;
use crate::seen::inspect;

/// The places that a question has for corrections.
#[derive(Debug, Default)]
pub(crate) struct Places<'a>(Vec<Box<dyn Fill + Send + 'a>>);

/// The place for one argument, of any type.
trait Fill {
    fn argument(&self) -> &'static str;

    /// Puts the correction there, if there is one, and gives its words.
    fn fill(&mut self, edits: &Edits) -> Option<Result<String, String>>;
}

struct Place<'a, T> {
    argument: &'static str,
    value: &'a mut Option<T>,
    words: fn(&T) -> String,
}

impl<T: Editable> Fill for Place<'_, T> {
    fn argument(&self) -> &'static str {
        self.argument
    }

    fn fill(&mut self, edits: &Edits) -> Option<Result<String, String>> {
        let edit = edits.get(self.argument)?;
        let words = self.words;
        let read = || T::read(edit).map(|value| words::shown_text(words(self.value.insert(value))));
        Some(caught(read).unwrap_or_else(|panic| Err(format!("its type panicked: {panic}"))))
    }
}

impl fmt::Debug for dyn Fill + Send + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.argument())
    }
}

impl<'a> Places<'a> {
    pub(crate) const fn none() -> Self {
        Places(Vec::new())
    }

    /// Adds the place for an argument of `request`, which says then that it may be corrected. Nobody corrects what is redacted.
    pub(crate) fn add<T: Editable + Send>(
        &mut self,
        request: &mut Request,
        argument: &'static str,
        value: &'a mut Option<T>,
        words: fn(&T) -> String,
    ) {
        match request.arguments.iter_mut().find(|known| known.name == argument) {
            Some(Argument { value: None, .. }) => return,
            Some(known) => known.editable = true,
            None => {
                let value = Some(inspect::not_shown(type_name::<T>()));
                request.arguments.push(Argument { name: argument.into(), value, editable: true });
            }
        }
        self.0.push(Box::new(Place { argument, value, words }));
    }

    /// Makes the call the one that the human wants. Why not, if it can't be that one.
    pub(crate) fn correct(&mut self, request: &mut Request, edits: &Edits) -> Result<(), String> {
        if let Some(other) = edits.names().find(|name| self.0.iter().all(|place| place.argument() != *name)) {
            return Err(self.not_allowed(other));
        }
        for place in &mut self.0 {
            let argument = place.argument();
            let Some(read) = place.fill(edits) else { continue };
            let new =
                read.map_err(|error| format!("the correction of `{argument}` can't be read: {}", words::told(&error)))?;
            if let Some(known) = request.arguments.iter_mut().find(|known| known.name == argument) {
                known.value = Some(new);
            }
        }
        Ok(())
    }

    fn not_allowed(&self, argument: &str) -> String {
        let argument = words::name(argument.to_owned());
        let allowed: Vec<String> = self.0.iter().map(|place| format!("`{}`", place.argument())).collect();
        if allowed.is_empty() {
            format!("`{argument}` was corrected, which this call does not allow")
        } else {
            format!("`{argument}` was corrected, which this call allows for {} alone", allowed.join(", "))
        }
    }
}

/// Looks at an argument, to make the place for what a human may put instead of it.
///
/// ```
/// use reliable::expansion::EditOf;
///
/// let (amount, body) = (40, "Good morning");
/// let (amount_edit, body_edit) = (EditOf::new(&amount).none_yet(), EditOf::new(&body).none_yet());
/// let no_edit: Option<String> = body_edit.value;
/// assert_eq!(amount_edit.or(amount), 40);
/// # let _ = no_edit;
/// ```
#[derive(Debug)]
pub struct EditOf<'a, T>(EditOfOwned<'a, T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct EditOfOwned<'a, T>(PhantomData<&'a T>);

impl<'a, T> EditOf<'a, T> {
    /// Of this argument.
    pub fn new(_: &'a T) -> Self {
        EditOf(EditOfOwned(PhantomData))
    }
}

impl<U: ToOwned + ?Sized> EditOf<'_, &U> {
    /// There is no correction yet. What is borrowed is corrected by an owned value: a `&str` by a `String`.
    pub fn none_yet(&self) -> EditedRef<U> {
        EditedRef { value: None }
    }
}

/// Method lookup comes here with what is not borrowed.
impl<'a, T> Deref for EditOf<'a, T> {
    type Target = EditOfOwned<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> EditOfOwned<'_, T> {
    #[doc(hidden)]
    #[expect(clippy::unused_self, reason = "it says of what type the place is")]
    pub fn none_yet(&self) -> Edited<T> {
        Edited { value: None }
    }
}

/// An argument as a human has corrected it, if one has.
///
/// ```
/// use reliable::expansion::EditOf;
///
/// let mut amount_edit = EditOf::new(&40).none_yet();
/// amount_edit.value = Some(35);
/// assert_eq!(amount_edit.or(40), 35);
/// ```
#[derive(Debug)]
pub struct Edited<T> {
    /// The correction.
    pub value: Option<T>,
}

impl<T> Edited<T> {
    /// The correction, or else the argument as it was.
    pub fn or(self, argument: T) -> T {
        self.value.unwrap_or(argument)
    }
}

/// A borrowed argument as a human has corrected it, if one has.
///
/// ```
/// use reliable::expansion::EditOf;
///
/// let mut body_edit = EditOf::new(&"Hi").none_yet();
/// body_edit.value = Some("Good morning".to_owned());
/// assert_eq!(body_edit.or("Hi"), "Good morning");
/// ```
#[derive(Debug)]
pub struct EditedRef<U: ToOwned + ?Sized> {
    /// The correction.
    pub value: Option<U::Owned>,
}

impl<U: ToOwned + ?Sized> EditedRef<U> {
    /// The correction, or else the argument as it was.
    pub fn or<'a>(&'a self, argument: &'a U) -> &'a U {
        self.value.as_ref().map_or(argument, Borrow::borrow)
    }
}
