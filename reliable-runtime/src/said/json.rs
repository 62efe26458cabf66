//! A value on its way from a human to an argument.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) type Json = serde_json::Value;

/// A value in the form in which it travels, or why it has none.
pub(crate) fn written(value: &impl Serialize) -> Result<Json, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// What a human can put in the place of an argument: with the feature `serde`, all that serde reads and writes.
///
/// It has no methods of its own, and nobody implements it: derive `serde::Serialize` and `serde::Deserialize`.
///
/// ```
/// use reliable::approver::Editable;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Order {
///     pieces: u32,
/// }
///
/// fn can_be_corrected<T: Editable>() {}
/// can_be_corrected::<Order>();
/// can_be_corrected::<Option<Vec<String>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`edit` can't put another `{Self}` in the place of this one: derive `serde::Serialize` and `serde::Deserialize` for it, without a lifetime, and what is borrowed needs `Clone`, too",
    label = "a human can't correct this"
)]
pub trait Editable: Sized {
    #[doc(hidden)]
    fn read(value: &Json) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Editable for T {
    fn read(value: &Json) -> Result<Self, String> {
        T::deserialize(value).map_err(|error| error.to_string())
    }
}
