//! What is left of corrections without the feature `serde`: nobody can make one.

/// There is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {}

/// What a human can put in the place of an argument: nothing, without the feature `serde`.
#[diagnostic::on_unimplemented(
    message = "`edit` needs the feature `serde` of `reliable-tools`: write `features = [\"serde\"]` where Cargo.toml names it",
    label = "nobody can correct this without the feature `serde`"
)]
pub trait Editable: Sized {
    #[doc(hidden)]
    fn read(value: &Json) -> Result<Self, String>;
}
