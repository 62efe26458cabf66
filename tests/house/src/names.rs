//! Which name means what: a path is followed, through every re-export, to the module that defines its last name.

use std::collections::BTreeMap;

use syn::{ItemUse, UseTree};

use crate::mentions::Mention;
use crate::source::Crate;

pub struct Module {
    /// The module that is the whole file.
    pub owner: String,
    /// One name may be a type and a function, or stand twice under two features.
    pub names: BTreeMap<String, Vec<Name>>,
    pub globs: Vec<Glob>,
}

#[derive(Clone)]
pub struct Name {
    pub is_public: bool,
    pub what: What,
}

#[derive(Clone)]
pub enum What {
    Module,
    Item,
    /// A `macro_rules!` of this module.
    Macro(String),
    Import(Vec<String>),
}

pub struct Glob {
    pub is_public: bool,
    pub path: Vec<String>,
}

/// One path of a `use`.
pub struct Import {
    pub path: Vec<String>,
    /// Nothing for a glob.
    name: Option<String>,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub module: String,
    /// Nothing if it is the module itself.
    pub name: Option<String>,
    pub is_through_the_root: bool,
}

impl Module {
    pub fn of(owner: &str) -> Module {
        Module { owner: owner.to_owned(), names: BTreeMap::new(), globs: Vec::new() }
    }

    pub fn add(&mut self, name: String, is_public: bool, what: What) {
        self.names.entry(name).or_default().push(Name { is_public, what });
    }

    pub fn import(&mut self, is_public: bool, imports: Vec<Import>) {
        for Import { path, name } in imports {
            match name {
                Some(name) => self.add(name, is_public, What::Import(path)),
                None => self.globs.push(Glob { is_public, path }),
            }
        }
    }
}

/// The paths of a `use`, those of other crates included unless they begin with `::`.
pub fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    if item.leading_colon.is_none() {
        collect(&item.tree, &mut Vec::new(), &mut found);
    }
    found
}

fn collect(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<Import>) {
    let mut add = |last: String, name: String| {
        let mut path = before.clone();
        let own = if last == "self" && !path.is_empty() { None } else { Some(last) };
        let name = if name == "self" { before.last().cloned().unwrap_or(name) } else { name };
        path.extend(own);
        found.push(Import { path, name: Some(name) });
    };
    match tree {
        UseTree::Path(it) => {
            before.push(it.ident.to_string());
            collect(&it.tree, before, found);
            before.pop();
        }
        UseTree::Group(it) => it.items.iter().for_each(|tree| collect(tree, before, found)),
        UseTree::Name(it) => add(it.ident.to_string(), it.ident.to_string()),
        UseTree::Rename(it) => add(it.ident.to_string(), it.rename.to_string()),
        UseTree::Glob(_) => found.push(Import { path: before.clone(), name: None }),
    }
}

/// The names and globs that are being followed. One that comes again leads nowhere: the first `quote` of `use quote::quote`
/// is another crate.
type Trail = Vec<(String, String)>;

impl Crate {
    /// What the mention means: nothing if it is of another crate.
    pub fn meaning(&self, mention: &Mention) -> Vec<Found> {
        let found = self.resolve(&mention.module, &mention.path);
        match &mention.path[..] {
            [name] if mention.is_macro && found.is_empty() => self.macros(name),
            _ => found,
        }
    }

    /// What the path means in this module.
    pub fn resolve(&self, module: &str, path: &[String]) -> Vec<Found> {
        let found = self.follow(module, path, &mut Trail::new());
        if !found.is_empty() || !is_keyword(path) {
            return found;
        }
        // A name that nobody has written down, of a macro for example: it is of the module that is asked for it.
        (1..path.len()).rev().find_map(|n| self.unknown(module, &path[..n], &path[n])).unwrap_or_default()
    }

    fn unknown(&self, module: &str, path: &[String], name: &str) -> Option<Vec<Found>> {
        let mut found = self.follow(module, path, &mut Trail::new());
        found.retain(|it| it.name.is_none());
        for it in &mut found {
            it.name = Some(name.to_owned());
        }
        (!found.is_empty()).then_some(found)
    }

    fn macros(&self, name: &str) -> Vec<Found> {
        let names = self.modules.values().filter_map(|it| it.names.get(name)).flatten();
        names
            .filter_map(|it| if let What::Macro(module) = &it.what { Some(found(module, name)) } else { None })
            .collect()
    }

    fn follow(&self, module: &str, path: &[String], trail: &mut Trail) -> Vec<Found> {
        let (mut at, mut rest) = (module, path);
        while let Some((first, others)) = rest.split_first() {
            at = match first.as_str() {
                "crate" => "",
                "self" => at,
                "super" => parent(at),
                _ => break,
            };
            rest = others;
        }
        self.descend(at, rest, trail)
    }

    fn descend(&self, at: &str, path: &[String], trail: &mut Trail) -> Vec<Found> {
        let Some(module) = self.modules.get(at) else { return Vec::new() };
        let Some((first, rest)) = path.split_first() else {
            return vec![Found { module: at.to_owned(), name: None, is_through_the_root: false }];
        };
        let names = module.names.get(first).map(Vec::as_slice).unwrap_or_default();
        // What is written here goes before what is imported under the same name.
        let (imported, own): (Vec<_>, Vec<_>) = names.iter().partition(|it| matches!(it.what, What::Import(_)));
        for names in [own, imported] {
            let all: Vec<Found> = names.iter().flat_map(|it| self.means(it, at, first, rest, trail)).collect();
            if !all.is_empty() {
                return all;
            }
        }
        module.globs.iter().flat_map(|glob| self.through_glob(at, glob, path, trail)).collect()
    }

    fn means(&self, name: &Name, at: &str, first: &str, rest: &[String], trail: &mut Trail) -> Vec<Found> {
        match &name.what {
            What::Module => self.descend(&child(at, first), rest, trail),
            What::Item => vec![found(at, first)],
            What::Macro(module) => vec![found(module, first)],
            What::Import(path) => {
                let there = once(trail, (at, first), |trail| self.follow(at, &[path, rest].concat(), trail));
                through(at, there)
            }
        }
    }

    fn through_glob(&self, at: &str, glob: &Glob, path: &[String], trail: &mut Trail) -> Vec<Found> {
        let from =
            once(trail, (at, &format!("{}::*", glob.path.join("::"))), |trail| self.follow(at, &glob.path, trail));
        let modules = from.into_iter().filter(|it| it.name.is_none()).map(|it| it.module);
        let wanted = format!("{} of a glob", path.join("::"));
        through(
            at,
            modules.flat_map(|it| once(trail, (&it, &wanted), |trail| self.descend(&it, path, trail))).collect(),
        )
    }
}

fn once(trail: &mut Trail, step: (&str, &str), go: impl FnOnce(&mut Trail) -> Vec<Found>) -> Vec<Found> {
    let step = (step.0.to_owned(), step.1.to_owned());
    if trail.contains(&step) {
        return Vec::new();
    }
    trail.push(step);
    let found = go(trail);
    trail.pop();
    found
}

fn found(module: &str, name: &str) -> Found {
    Found { module: module.to_owned(), name: Some(name.to_owned()), is_through_the_root: false }
}

/// Notes that the root has led there.
fn through(at: &str, mut found: Vec<Found>) -> Vec<Found> {
    for it in &mut found {
        it.is_through_the_root |= at.is_empty();
    }
    found
}

fn is_keyword(path: &[String]) -> bool {
    path.first().is_some_and(|it| ["crate", "self", "super"].contains(&it.as_str()))
}

pub fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}

pub fn child(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}
