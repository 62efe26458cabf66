//! The list of what users see: `src/lib.rs`, which names each public item of the runtime, in groups.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Item, Visibility};

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
    globs.map(|it| format!("line {}: {}::*", it.line, it.path.join("::"))).collect()
}

/// The `pub use` of the facade's root above which no comment stands, or only those of others stand in between.
pub fn without_group(text: &str) -> Vec<String> {
    let parsed = syn::parse_file(text).expect("the facade is Rust");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut last_of_group = 0;
    let mut alone = Vec::new();
    for item in &parsed.items {
        let (first, last) = (item.span().start().line, item.span().end().line);
        let above = first.checked_sub(2).map_or("", |above| lines[above]);
        if is_comment(above) || first == last_of_group + 1 {
            last_of_group = last;
        } else if is_public_use(item) {
            alone.push(format!("line {first}: {}", lines[first - 1]));
        }
    }
    alone
}

/// Not one of documentation, which belongs to a single item.
fn is_comment(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("///") && !line.starts_with("//!")
}

fn is_public_use(item: &Item) -> bool {
    matches!(item, Item::Use(item) if matches!(item.vis, Visibility::Public(_)))
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
