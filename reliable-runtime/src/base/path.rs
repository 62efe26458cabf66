//! What the path of a function says, as the compiler writes it.

/// What all instances of a function have in common: its path without generic parameters, neither its own nor those of its type.
/// `None` where it is not understood.
pub(crate) fn without_generics(path: &str) -> Option<String> {
    let mut plain = String::with_capacity(path.len());
    // Within how many parameters, and which of the open brackets were none: `<Type as Trait>`.
    let (mut depth, mut qualified, mut before) = (0_u32, 0_u32, None);
    for letter in path.chars() {
        match letter {
            '<' if depth > 0 || before.is_some_and(is_in_name) => depth += 1,
            '>' if before == Some('-') => {}
            '>' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            _ => {
                match letter {
                    '<' => qualified += 1,
                    '>' => qualified = qualified.checked_sub(1)?,
                    _ => {}
                }
                plain.push(letter);
            }
        }
        before = Some(letter);
    }
    (depth == 0 && qualified == 0).then_some(plain)
}

/// Whether no other function has this path: that of one that stands in its `module` itself, or is a method of a type there.
/// What stands in a block may have the path of what stands in another one, also where a `const` has no name. `m::a::b` is a
/// method `b` of a type, or a function in a function.
#[cfg(feature = "durable")]
pub(crate) fn is_of_one_function(path: &str, module: &str, is_method: bool) -> bool {
    let Some(path) = without_generics(path) else { return false };
    let Some(qualified) = path.strip_prefix('<') else {
        let Some(path) = within(&path, module) else { return false };
        return is_name(path)
            || is_method && path.split_once("::").is_some_and(|(ty, name)| is_name(ty) && is_name(name));
    };
    let Some(((ty, implemented), name)) =
        qualified.split_once(">::").and_then(|(both, name)| Some((both.split_once(" as ")?, name)))
    else {
        return false;
    };
    let is_one_trait = match within(implemented, module) {
        Some(implemented) => is_name(implemented),
        None => implemented.split("::").all(is_name),
    };
    within(ty, module).is_some_and(is_name) && is_one_trait && is_name(name)
}

/// What a call of `tool`, or a question about it, is known by in a run: the module of its function, the type if it is a method, and
/// this name. `here` is the path of a closure in the function.
pub(crate) fn known(here: Option<&str>, module: &str, tool: &str) -> String {
    match here.and_then(without_generics).as_deref().and_then(of_type) {
        None => format!("{module}::{tool}"),
        Some(implemented) if implemented.contains(" as ") => format!("{implemented}::{tool}"),
        Some(ty) => format!("{module}::{ty}::{tool}"),
    }
}

/// The type of the method in which a closure stands: `Type`, `<m::Type as m::Trait>`, or `<impl m::Type>` in another module. `None`
/// where it is no method, but stands in a module, or in a block of another function: that one has no large letter.
fn of_type(path: &str) -> Option<String> {
    // How deep closures are nested is no matter of a function: an expansion may do it.
    let names: Vec<&str> = path.split("::").filter(|name| !name.starts_with('{')).collect();
    let around = names.split_last()?.1.join("::");
    let begins = if around.ends_with('>') { opening(&around)? } else { around.rfind("::").map_or(0, |at| at + 2) };
    let ty = &around[begins..];
    ty.starts_with(|letter: char| letter == '<' || letter.is_uppercase()).then(|| ty.to_owned())
}

/// Where the bracket opens that closes last.
fn opening(path: &str) -> Option<usize> {
    let mut depth = 0_u32;
    path.char_indices().rev().find_map(|(at, letter)| {
        match letter {
            '>' => depth += 1,
            '<' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// The path in this module.
#[cfg(feature = "durable")]
fn within<'a>(path: &'a str, module: &str) -> Option<&'a str> {
    path.strip_prefix(module)?.strip_prefix("::")
}

#[cfg(feature = "durable")]
fn is_name(text: &str) -> bool {
    text != "_" && !text.is_empty() && text.chars().all(is_in_name)
}

fn is_in_name(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_no_matter_of_the_path() {
        for (path, plain) in [
            ("m::send", "m::send"),
            ("m::send<u32>", "m::send"),
            ("m::send<fn(u8) -> m::G<u8>, [u8; 3]>", "m::send"),
            ("m::G<m::G<u8>>::send<u8>", "m::G::send"),
            ("<m::G<u8> as m::Tool<u8>>::send<'_, '_>", "<m::G as m::Tool>::send"),
            ("<&m::G<u8> as m::Tool>::send", "<&m::G as m::Tool>::send"),
            ("m::f::<impl m::Tool for m::G<u8>>::send", "m::f::<impl m::Tool for m::G>::send"),
        ] {
            assert_eq!(without_generics(path).as_deref(), Some(plain));
        }
        for path in ["m::send<'<'>", "m::send>", "m::send<", "<m::send"] {
            assert_eq!(without_generics(path), None, "{path}");
        }
    }

    #[test]
    fn a_method_is_known_with_its_type() {
        for (here, path) in [
            ("m::send::{{closure}}", "m::send"),
            ("m::send<u8>::{{closure}}::{{closure}}", "m::send"),
            ("m::G<u8>::send<u8>::{{closure}}", "m::G::send"),
            ("<m::G<u8> as m::Tool>::send<'_>::{{closure}}", "<m::G as m::Tool>::send"),
            ("<&m::G<u8> as other::Tool>::send::{{closure}}", "<&m::G as other::Tool>::send"),
            ("<fn(u8) -> u8 as m::Tool>::send::{{closure}}", "<fn(u8) - u8 as m::Tool>::send"),
            ("m::<impl other::G>::send::{{closure}}", "m::<impl other::G>::send"),
            // In a block.
            ("m::f::send::{{closure}}", "m::send"),
            ("m::f::{{closure}}::{{closure}}::send::{{closure}}", "m::send"),
            ("m::G::f::{{closure}}::send::{{closure}}", "m::send"),
            ("<m::G as m::Tool>::f::{{closure}}::send::{{closure}}", "m::send"),
            ("m::_::send::{{closure}}", "m::send"),
            ("m::f::{{closure}}::B::send::{{closure}}", "m::B::send"),
            ("<m::f::{{closure}}::B as m::Tool>::send::{{closure}}", "<m::f::B as m::Tool>::send"),
            ("m::f::{{closure}}::<impl m::Tool for m::G>::send::{{closure}}", "m::<impl m::Tool for m::G>::send"),
            ("<m::G as m::Tool>::f::<impl m::G>::send::{{closure}}", "m::<impl m::G>::send"),
            // By hand it may have another name.
            ("m::G::f::{{closure}}", "m::G::send"),
            ("m::f::{{closure}}", "m::send"),
            // Not understood.
            ("m::send<'<'>::{{closure}}", "m::send"),
            ("send", "m::send"),
            ("", "m::send"),
        ] {
            assert_eq!(known(Some(here), "m", "send"), path, "{here}");
        }
        assert_eq!(known(None, "m", "send"), "m::send");
    }

    #[cfg(feature = "durable")]
    #[test]
    fn what_stands_in_its_module_has_its_path_for_itself() {
        for path in ["m::send", "m::send<u32>", "<m::A as m::Tool>::send<'_>", "<m::G<u8> as other::deep::Tool>::send"]
        {
            assert!(is_of_one_function(path, "m", false), "{path}");
        }
        for path in ["m::A::send", "m::G<u8>::send<m::f::B>"] {
            assert!(is_of_one_function(path, "m", true), "{path}");
            assert!(!is_of_one_function(path, "m", false), "{path}: it may be a function in a function");
        }
        for path in [
            "m::_::send",
            "m::f::{{closure}}::send",
            "m::f::B::send",
            "m::f::<impl m::A>::send",
            "<m::f::B as m::Tool>::send",
            "<m::A as m::f::Tool>::send",
            "<m::_::A as m::Tool>::send",
            "<m::A as other::_::Tool>::send",
            "<m::A as m::Tool>::send::inner",
            "<u8 as m::Tool>::send",
            "<m::A>::send",
            "more::send",
            "other::send",
            "m::send<'<'>",
        ] {
            assert!(!is_of_one_function(path, "m", true), "{path}");
        }
    }
}
