//! `guarded!`: what it looks for.

/// The mark that `#[requires_approval]` leaves beside its function. `guarded!` looks for it.
///
/// ```
/// const GUARDED: () = reliable::expansion::guarded(reliable::expansion::Guarded);
/// # let () = GUARDED;
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Guarded;

/// What `guarded!` finds where there is no mark.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Unguarded;

#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`guarded!` finds no `#[requires_approval]` at this path: write the path where the function is defined, or put the attribute on it, above those of other crates",
    label = "no function behind the attribute is defined here",
    note = "an import by `use` is not enough; a method needs a visibility, `pub(self)` if no other"
)]
pub trait Mark: Copy {}

impl Mark for Guarded {}

/// Takes nothing but the mark of a guarded function: the proof in `guarded!`.
pub const fn guarded<M: Mark>(_: M) {}
