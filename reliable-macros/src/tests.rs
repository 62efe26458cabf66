//! The expansions, as text: `tests/expand/x.rs` beside `x.expanded.rs`, and those that notes.md shows. And that the list
//! of the family, the rules and the shims fit together.
//!
//! `UPDATE_EXPECT=1 cargo test -p reliable-macros` writes them anew; look at the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{File, ImplItem, Item, Meta};

use crate::family::FAMILY;
use crate::stack::attribute::Attribute;
use crate::stack::expand;
use crate::stack::rule::{Other, Rule, Twice};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Expands as the compiler would: the first attribute of the family on each function, with those below it.
fn expanded(source: &str) -> String {
    let mut file = syn::parse_file(source).unwrap();
    let mut items = Vec::new();
    for mut item in file.items {
        match &mut item {
            Item::Fn(function) => {
                let expanded: File = syn::parse2(expanded_function(function, &function.attrs)).unwrap();
                items.extend(expanded.items);
            }
            Item::Impl(block) => {
                for method in &mut block.items {
                    let ImplItem::Fn(function) = method else { continue };
                    *function = syn::parse2(expanded_function(function, &function.attrs)).unwrap();
                    without_markers(&mut function.attrs);
                }
                items.push(item);
            }
            _ => items.push(item),
        }
    }
    for item in &mut items {
        if let Item::Fn(function) = item {
            without_markers(&mut function.attrs);
        }
    }
    file.items = items;
    prettyplease::unparse(&file)
}

fn expanded_function(function: &impl ToTokens, attrs: &[syn::Attribute]) -> TokenStream {
    let first = attrs.iter().position(|attr| FAMILY.find(attr.path()).is_some()).unwrap();
    let args = match &attrs[first].meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let others = attrs.iter().enumerate().filter(|(i, _)| *i != first).map(|(_, attr)| attr);
    let all: TokenStream = attrs.iter().map(ToTokens::to_token_stream).collect();
    let rest: TokenStream = function.to_token_stream().into_iter().skip(all.into_iter().count()).collect();
    expand(&FAMILY, FAMILY.find(attrs[first].path()).unwrap().name, args, quote!(#(#others)* #rest))
}

/// The gathered attributes return their function untouched: so they are gone, too.
fn without_markers(attrs: &mut Vec<syn::Attribute>) {
    attrs.retain(|attr| FAMILY.find(attr.path()).is_none());
}

fn folder() -> PathBuf {
    root().join("tests/expand")
}

/// The names of the files that end so: `retry` of `retry.expanded.rs`.
fn names(ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.filter_map(|file| file.strip_suffix(ending).map(str::to_owned)).filter(|name| !name.contains('.')).collect()
}

fn cases() -> impl Iterator<Item = PathBuf> {
    // Without the feature there is nothing to see, or another thing.
    let is_seen = |name: &String| {
        (cfg!(feature = "chaos") || !name.contains("chaos")) && (cfg!(feature = "durable") || !name.contains("durable"))
    };
    names(".rs").into_iter().filter(is_seen).map(|name| folder().join(name + ".rs"))
}

#[test]
fn the_expansions_are_what_they_were() {
    for case in cases() {
        let source = fs::read_to_string(&case).unwrap();
        expect_test::expect_file![case.with_extension("expanded.rs")].assert_eq(&expanded(&source));
    }
    assert_eq!(names(".rs"), names(".expanded.rs"), "each case has its expansion, and each expansion its case");
    for Attribute { name, .. } in FAMILY.attributes {
        let source = fs::read_to_string(folder().join(format!("{name}.rs"))).unwrap_or_default();
        assert!(source.contains(&format!("#[{name}")), "`#[{name}]` has a case of its name");
    }
}

/// The notes show the bulkhead in its place, which looks alike.
const NOT_IN_THE_NOTES: [&str; 1] = ["rate_limit"];

#[test]
fn the_expansions_in_the_notes_are_the_real_ones() {
    let path = root().join("notes.md");
    let notes = fs::read_to_string(&path).unwrap();
    let mut shown = Vec::new();
    let mut pieces = notes.split("<!-- tests/expand/");
    let mut renewed = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (file, rest) = piece.split_once(" -->\n```rust\n").expect("a code block follows the marker");
        let (_, rest) = rest.split_once("```").expect("the code block ends");
        let code = fs::read_to_string(folder().join(file)).unwrap();
        renewed += &["<!-- tests/expand/", file, " -->\n```rust\n", &code, "```", rest].concat();
        shown.push(file);
    }
    let markers = notes.lines().filter(|line| line.starts_with("<!--") && line.ends_with(".rs -->"));
    assert_eq!(shown.len(), markers.count(), "each marker is read");
    for Attribute { name, .. } in FAMILY.attributes {
        let is_shown = shown.contains(&&*format!("{name}.expanded.rs"));
        assert_ne!(is_shown, NOT_IN_THE_NOTES.contains(name), "the expansion of `#[{name}]`");
    }
    expect_test::expect_file![path].assert_eq(&renewed);
}

#[test]
fn each_name_in_a_rule_is_one_of_the_family() {
    let known: Vec<&str> = FAMILY.attributes.iter().map(|attribute| attribute.name).collect();
    for Attribute { name, options, order, twice, .. } in FAMILY.attributes {
        for Rule { other, only_with, .. } in *order {
            let others = match other {
                Other::One(other) => std::slice::from_ref(other),
                Other::AllBut(others) => others,
            };
            assert!(others.iter().all(|other| known.contains(other)), "{others:?}, in a rule of `#[{name}]`");
            let is_option = |option: &str| options.iter().any(|row| row.key == option);
            assert!(only_with.is_none_or(is_option), "{only_with:?}, in a rule of `#[{name}]`");
        }
        if let Twice::Around(others, _) = twice {
            assert!(others.iter().all(|other| known.contains(other)), "{others:?}, between two `#[{name}]`");
        }
    }
}

#[test]
fn no_other_name_of_an_option_is_an_option_or_stands_for_two() {
    for Attribute { name, options, .. } in FAMILY.attributes {
        let mut names: Vec<&str> = options.iter().map(|row| row.key).collect();
        names.extend(options.iter().flat_map(|row| row.also));
        let all: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(all.len(), names.len(), "of `#[{name}]`: {names:?}");
    }
}

#[test]
fn each_attribute_has_its_shim_and_its_documentation() {
    let shims = include_str!("lib.rs");
    for Attribute { name, .. } in FAMILY.attributes {
        let shim = format!(
            "#[doc = include_str!(\"docs/{name}.md\")]\n#[proc_macro_attribute]\n\
             pub fn {name}(args: TokenStream, item: TokenStream) -> TokenStream {{\n    expand(\"{name}\", args, item)\n}}"
        );
        assert!(shims.contains(&shim), "{shim}");
    }
    assert_eq!(shims.matches("expand(\"").count(), FAMILY.attributes.len(), "each shim is that of an attribute");
}

/// A macro of somebody else's that stands below ours parses them, and most do it with this version.
#[test]
fn the_expansions_can_be_read_by_other_macros() {
    for case in cases() {
        let expanded = expanded(&fs::read_to_string(&case).unwrap());
        if let Err(error) = syn_2::parse_file(&expanded) {
            panic!("{}: {error} in\n{expanded}", case.display());
        }
    }
}
