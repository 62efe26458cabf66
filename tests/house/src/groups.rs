//! The list of what users see: `src/lib.rs`, which names each public item of the runtime, in groups.

use std::collections::BTreeSet;

use crate::names::{Found, What, child};
use crate::source::Crate;

const RUNTIME: &str = "reliable_runtime";

/// Each public item once, by the module that defines it.
type Items = BTreeSet<(String, String)>;

/// The public items of the runtime that no name of the facade leads to.
pub fn left_out(runtime: &Crate, facade: &Crate) -> Vec<String> {
    let listed = listed(runtime, facade);
    let public = public_in(runtime, "");
    public.difference(&listed).map(|(module, name)| child(module, name)).collect()
}

/// The globs of the facade: what they lead to, nobody has listed.
pub fn globs(facade: &Crate) -> Vec<String> {
    let globs = facade.modules.values().flat_map(|it| &it.globs).filter(|it| it.is_public);
    globs.map(|it| format!("{}::*", it.path.join("::"))).collect()
}

/// The `pub use` of the facade's root that stand in no group: a group begins with a comment, and ends with an empty line.
pub fn without_group(text: &str) -> Vec<String> {
    let (mut is_in_group, mut depth) = (false, 0);
    let mut alone = Vec::new();
    for (n, line) in (1..).zip(text.lines()) {
        if line.starts_with("//") {
            is_in_group |= is_comment(line);
            continue;
        }
        if depth == 0 && line.starts_with("pub use ") && !is_in_group {
            alone.push(format!("line {n}: {line}"));
        }
        is_in_group &= depth > 0 || !line.is_empty();
        depth += line.matches('{').count();
        depth -= line.matches('}').count();
    }
    alone
}

/// Not one of documentation, which belongs to a single item.
fn is_comment(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("///") && !line.starts_with("//!")
}

fn listed(runtime: &Crate, facade: &Crate) -> Items {
    let mut listed = Items::new();
    let names = facade.modules.values().flat_map(|it| it.names.values()).flatten().filter(|it| it.is_public);
    for name in names {
        if let Some(path) = in_the_runtime(&name.what) {
            runtime
                .resolve("", &path)
                .iter()
                .for_each(|found| collect(runtime, found, &mut listed, &mut BTreeSet::new()));
        }
    }
    listed
}

/// The path within the runtime.
fn in_the_runtime(what: &What) -> Option<Vec<String>> {
    let What::Import(path) = what else { return None };
    let (first, rest) = path.split_first()?;
    (first == RUNTIME).then(|| [&["crate".to_owned()], rest].concat())
}

/// What one can name from outside through this module: its public items, what it re-exports, and what is in its public
/// modules.
fn public_in(of: &Crate, module: &str) -> Items {
    let mut items = Items::new();
    let module = Found { module: module.to_owned(), name: None, is_through_the_root: false };
    collect(of, &module, &mut items, &mut BTreeSet::new());
    items
}

fn collect(of: &Crate, found: &Found, items: &mut Items, seen: &mut BTreeSet<String>) {
    let at = &found.module;
    if let Some(name) = &found.name {
        items.insert((at.clone(), name.clone()));
        return;
    }
    if !seen.insert(at.clone()) {
        return;
    }
    let module = &of.modules[at];
    let names = module.names.iter().flat_map(|(name, means)| means.iter().map(move |it| (name, it)));
    let paths = names.filter(|(_, it)| it.is_public).map(|(name, it)| match &it.what {
        What::Import(path) => path.clone(),
        _ => vec!["self".to_owned(), name.clone()],
    });
    let globs = module.globs.iter().filter(|it| it.is_public).map(|it| it.path.clone());
    for path in paths.chain(globs) {
        of.resolve(at, &path).iter().for_each(|found| collect(of, found, items, seen));
    }
}
