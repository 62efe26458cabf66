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

/// Whether no other function has this path: that of one that stands in its `module` itself, or is a method of a type there. What
/// stands in a block may have the path of what stands in another one, also where a `const` has no name. `m::a::b` is a method `b` of
/// a type, or a function in a function.
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

/// What a call of `tool`, or a question about it, is known by in a run: by what its function stands in, and by this name. So two types
/// of one module may have methods of one name, and two functions may have functions of one name in them. `here` is the path of a
/// closure in the function; without it, and where that is not understood, it stands in its module.
pub(crate) fn known(here: Option<&str>, module: &str, tool: &str) -> String {
    let around = here.and_then(|path| around(path, module));
    format!("{}::{tool}", around.as_deref().unwrap_or(module))
}

/// What a function stands in: `m`, `m::Type`, `<m::Type as m::Trait>`, `m::function`.
fn around(path: &str, module: &str) -> Option<String> {
    let mut path = without_closures(&without_generics(path)?);
    if !path.starts_with('<') {
        within(&path, module)?;
    }
    path.truncate(path.rfind("::")?);
    Some(path)
}

/// How deep closures are nested is no matter of a function: an expansion may do it.
fn without_closures(path: &str) -> String {
    let names: Vec<_> = path.split("::").filter(|name| !name.starts_with('{')).collect();
    names.join("::")
}

/// The path in this module.
fn within<'a>(path: &'a str, module: &str) -> Option<&'a str> {
    path.strip_prefix(module)?.strip_prefix("::")
}

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
    fn a_call_is_known_with_what_its_function_stands_in() {
        for (here, path) in [
            ("m::send::{{closure}}", "m::send"),
            ("m::send<u8>::{{closure}}::{{closure}}", "m::send"),
            ("m::G<u8>::send<u8>::{{closure}}", "m::G::send"),
            ("<m::G<u8> as m::Tool>::send<'_>::{{closure}}", "<m::G as m::Tool>::send"),
            ("m::f::send::{{closure}}", "m::f::send"),
            ("m::f::{{closure}}::{{closure}}::send::{{closure}}", "m::f::send"),
            ("m::f::{{closure}}::B::send::{{closure}}", "m::f::B::send"),
            ("m::f::<impl m::Tool for m::G>::send::{{closure}}", "m::f::<impl m::Tool for m::G>::send"),
            // By hand it may have another name.
            ("m::G::f::{{closure}}", "m::G::send"),
            ("m::f::{{closure}}", "m::send"),
            ("other::G::send::{{closure}}", "m::send"),
            ("m::send<'<'>::{{closure}}", "m::send"),
        ] {
            assert_eq!(known(Some(here), "m", "send"), path, "{here}");
        }
        assert_eq!(known(None, "m", "send"), "m::send");
    }

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
