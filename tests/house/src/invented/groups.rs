use super::invented;
use crate::groups::{globs, left_out, without_group};

/// What of a little runtime is not in this facade.
fn left_out_of(facade: &str) -> Vec<String> {
    let runtime = invented(&[
        ("lib.rs", "pub mod said; pub mod policies; pub mod expansion; mod base;"),
        ("said.rs", "#[cfg(feature = \"x\")] pub struct Fault; pub(crate) struct Hidden; pub mod money;"),
        ("said/money.rs", "pin_project! { pub struct Usd { cents: u64 } } struct Private;"),
        ("policies.rs", "mod retry; pub use retry::Retry;"),
        (
            "policies/retry.rs",
            "pub struct Retry; pub struct Unreachable; #[cfg(test)] pub mod tests { pub fn test() {} }",
        ),
        ("expansion.rs", "pub fn returns() {} pub use crate::base::{Outcome as What};"),
        ("base.rs", "pub trait Outcome {}"),
    ]);
    left_out(&runtime, &invented(&[("lib.rs", facade)]))
}

#[test]
fn an_item_that_the_facade_does_not_name_is_left_out() {
    assert_eq!(
        left_out_of(""),
        ["base::Outcome", "expansion::returns", "policies::retry::Retry", "said::Fault", "said::money::Usd"]
    );
}

#[test]
fn items_modules_and_what_these_pass_on_are_named() {
    let facade = "pub use reliable_runtime::{said::{Fault, money}, expansion};
        pub mod policies { pub mod retry { pub use reliable_runtime::policies::Retry as Again; } }";
    assert!(left_out_of(facade).is_empty());
}

#[test]
fn a_module_that_only_the_facade_sees_names_nothing() {
    let facade = "use reliable_runtime::said; pub(crate) use reliable_runtime::policies; pub use other::expansion;";
    assert_eq!(left_out_of(facade).len(), 5);
}

#[test]
fn a_glob_of_the_facade_is_told_wherever_it_is() {
    let facade =
        invented(&[("lib.rs", "pub use reliable_runtime::said::*;\nmod a {\n pub use x::{y::*, Z}; use q::*; }")]);
    assert_eq!(globs(&facade), ["reliable_runtime::said::*", "x::y::*"]);
}

#[test]
fn a_group_begins_with_a_comment_and_ends_with_an_empty_line() {
    let text = "//! The crate.

// What can go wrong
pub use a::A;
#[cfg(feature = \"b\")]
pub use b::{
    B,
};
pub mod c {
    pub use c::C;
}
pub use d::D;

pub use e::E;
/// Documentation is no group.
pub use f::F;
use g::G;

// What there is besides

pub use h::H;
";
    assert_eq!(without_group(text), ["line 14: pub use e::E;", "line 16: pub use f::F;", "line 21: pub use h::H;"]);
}
