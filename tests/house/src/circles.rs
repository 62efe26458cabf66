//! Who imports whom, and the circles in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::mentions::Mention;
use crate::names::{Found, child, parent};
use crate::source::Crate;

/// One import stands for each pair.
type Arrows<'a> = BTreeMap<String, BTreeMap<String, &'a Mention>>;

/// Files that import each other. A module and those within it are one room: between them every arrow is fine.
pub fn files_in_circles(of: &Crate) -> Vec<String> {
    knots(&arrows(of, |from, to| (!are_kin(from, to)).then(|| (from.to_owned(), to.to_owned()))))
}

/// Folders that import each other, the files in them taken as one; the same for folders within a folder.
pub fn rooms_in_circles(of: &Crate) -> Vec<String> {
    let has_children = |module: &str| of.modules.keys().any(|it| parent(it) == module && !it.is_empty());
    let parents = of.modules.keys().filter(|it| has_children(it));
    parents.flat_map(|room| knots(&arrows(of, |from, to| Some((within(room, from)?, within(room, to)?))))).collect()
}

/// `use crate::Fault` where `lib.rs` only passes `Fault` on.
pub fn imports_through_the_root(of: &Crate) -> Vec<String> {
    let inside = of.mentions.iter().filter(|it| !it.owner.is_empty());
    let mut told: Vec<String> =
        inside.flat_map(|it| of.meaning(it).into_iter().filter_map(|found| detour(it, &found))).collect();
    told.dedup();
    told
}

fn detour(mention: &Mention, found: &Found) -> Option<String> {
    let Mention { file, path, .. } = mention;
    let line = mention.line();
    let name = found.name.as_deref().unwrap_or_default();
    found
        .is_through_the_root
        .then(|| format!("{file}:{line}: `{}` is `crate::{}::{name}`", path.join("::"), found.module))
}

/// The modules that are written in the same file are one.
fn arrows(of: &Crate, between: impl Fn(&str, &str) -> Option<(String, String)>) -> Arrows<'_> {
    let mut arrows = Arrows::new();
    for mention in &of.mentions {
        for found in of.meaning(mention) {
            let to = &of.modules[&found.module].owner;
            let pair = between(&mention.owner, to).filter(|(from, to)| from != to);
            if let Some((from, to)) = pair {
                arrows.entry(from).or_default().entry(to).or_insert(mention);
            }
        }
    }
    arrows
}

/// The root is nobody's kin: it uses all, so none may use what it defines.
fn are_kin(a: &str, b: &str) -> bool {
    let is_within =
        |a: &str, b: &str| !b.is_empty() && a.strip_prefix(b).is_some_and(|it| it.is_empty() || it.starts_with("::"));
    is_within(a, b) || is_within(b, a)
}

/// The child of `room` that the module is, or is in.
fn within(room: &str, module: &str) -> Option<String> {
    let inside = if room.is_empty() { module } else { module.strip_prefix(room)?.strip_prefix("::")? };
    let name = inside.split("::").next().filter(|it| !it.is_empty())?;
    Some(child(room, name))
}

/// For each set of those that reach each other: circles, as short as they can be, until each of the set is in one.
fn knots(arrows: &Arrows) -> Vec<String> {
    let mut told = Vec::new();
    let mut seen = BTreeSet::new();
    for start in arrows.keys() {
        let knot: BTreeSet<_> =
            reached(arrows, start).into_iter().filter(|it| reached(arrows, it).contains(start.as_str())).collect();
        if knot.is_empty() || !seen.insert(knot.clone()) {
            continue;
        }
        told.push(format!(
            "{} import each other in circles: {}",
            knot.len(),
            list(&knot.iter().copied().collect::<Vec<_>>(), ", ")
        ));
        told.extend(circles(arrows, &knot));
    }
    told
}

fn circles(arrows: &Arrows, knot: &BTreeSet<&str>) -> Vec<String> {
    let mut left = knot.clone();
    let mut told = Vec::new();
    while let Some(start) = left.first().copied() {
        let circle = shortest(arrows, start);
        left.retain(|it| !circle.contains(it));
        told.push(tell(arrows, &circle));
    }
    told
}

/// All that it imports, and what those import.
fn reached<'a>(arrows: &'a Arrows, start: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![start];
    while let Some(from) = next.pop() {
        next.extend(
            arrows
                .get(from)
                .into_iter()
                .flat_map(BTreeMap::keys)
                .filter(|it| reached.insert(it.as_str()))
                .map(String::as_str),
        );
    }
    reached
}

/// The shortest way from `start` back to itself, which there must be.
fn shortest<'a>(arrows: &'a Arrows, start: &'a str) -> Vec<&'a str> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    loop {
        let way = ways.pop_front().expect("it is in a circle");
        for to in arrows.get(way[way.len() - 1]).into_iter().flat_map(BTreeMap::keys) {
            if to == start {
                return way;
            }
            if seen.insert(to) {
                ways.push_back([&way[..], &[to]].concat());
            }
        }
    }
}

/// `a -> b -> a`, and a line for each of the arrows.
fn tell(arrows: &Arrows, circle: &[&str]) -> String {
    let around: Vec<&str> = circle.iter().chain(circle.first()).copied().collect();
    let lines = around.windows(2).map(|pair| {
        let import = arrows[pair[0]][pair[1]];
        let Mention { file, path, .. } = import;
        let line = import.line();
        format!("\n    {}: {file}:{line}: {}", list(pair, " -> "), path.join("::"))
    });
    format!("  {}{}", list(&around, " -> "), lines.collect::<String>())
}

fn list(modules: &[&str], between: &str) -> String {
    modules.iter().map(|it| if it.is_empty() { "lib" } else { it }).collect::<Vec<_>>().join(between)
}
