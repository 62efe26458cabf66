//! The paths that an item mentions: `use crate::a::B`, `a::f()`, and those among the tokens of a macro.

use std::rc::Rc;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemUse, Macro, VisRestricted};

use crate::names::imports;
use crate::source::{Place, attributes, is_for_tests};

/// A path, and where it is written.
pub struct Mention {
    pub module: String,
    /// The module that is the whole file.
    pub owner: String,
    pub file: String,
    text: Rc<str>,
    pub path: Vec<String>,
    /// Whether it is `path!`, which a `macro_rules!` anywhere may have made.
    pub is_macro: bool,
}

impl Mention {
    /// The first line of the file with the path in it, or at least with its last word: the tokens themselves tell it only
    /// with a feature of `proc-macro2` that makes those of `reliable-macros` larger.
    pub fn line(&self) -> usize {
        let last = self.path.last().map_or("", String::as_str);
        let whole = self.path.join("::");
        self.line_with(|code| code.contains(&whole))
            .or(self.line_with(|code| words(code).any(|it| it == last)))
            .unwrap_or(1)
    }

    fn line_with(&self, has: impl Fn(&str) -> bool) -> Option<usize> {
        let is_code = |line: &str| !line.trim_start().starts_with("//");
        self.text.lines().position(|line| is_code(line) && has(line)).map(|above| above + 1)
    }
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// What the item mentions, and what is used within its functions.
pub fn of(place: &Place, item: &Item) -> (Vec<Mention>, Vec<ItemUse>) {
    let mut finder = Finder { place, depth: 0, found: Vec::new(), inner: Vec::new() };
    finder.visit_item(item);
    (finder.found, finder.inner)
}

struct Finder<'a> {
    place: &'a Place,
    depth: usize,
    found: Vec<Mention>,
    inner: Vec<ItemUse>,
}

impl Finder<'_> {
    fn add(&mut self, path: Vec<String>, is_macro: bool) {
        let Place { module, owner, file, text, .. } = self.place.clone();
        self.found.push(Mention { module, owner, file, text, path, is_macro });
    }

    /// A path alone is most often a variable here, and says little; two words with `::` between them are a path.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let TokenTree::Group(group) = &tokens[at] {
                self.tokens(group.stream());
            }
            let path = path_at(&tokens[at..]);
            // What begins with `::` is another crate's.
            let is_foreign = at >= 2 && is_colons(&tokens[at - 2..]);
            at += (path.len() * 3).saturating_sub(2).max(1);
            if path.len() > 1 && !is_foreign {
                self.add(path, false);
            }
        }
    }
}

/// The words of the path that begins here: each but the last has `::` behind it.
fn path_at(tokens: &[TokenTree]) -> Vec<String> {
    let Some(TokenTree::Ident(word)) = tokens.first() else { return Vec::new() };
    let mut path = vec![word.to_string()];
    if is_colons(&tokens[1..]) {
        path.extend(path_at(&tokens[3..]));
    }
    path
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(one), TokenTree::Punct(two), ..] => {
            one.as_char() == ':' && one.spacing() == Spacing::Joint && two.as_char() == ':'
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes(item).iter().any(is_for_tests) {
            return;
        }
        self.depth += 1;
        visit::visit_item(self, item);
        self.depth -= 1;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !item.attrs.iter().any(is_for_tests) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if self.depth > 1 {
            self.inner.push(item.clone());
        }
        for import in imports(item) {
            self.add(import.path, false);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<String> = path.segments.iter().map(|it| it.ident.to_string()).collect();
        let is_self = words.len() == 1 && ["self", "Self", "crate", "super"].contains(&words[0].as_str());
        if path.leading_colon.is_none() && !is_self {
            self.add(words, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let words: Vec<String> = called.path.segments.iter().map(|it| it.ident.to_string()).collect();
        // What is quoted is the code of others, and `crate` is theirs there.
        let quotes = words.last().is_some_and(|it| it.contains("quote"));
        if called.path.leading_colon.is_none() {
            self.add(words, true);
        }
        if !quotes {
            self.tokens(called.tokens.clone());
        }
    }

    // `pub(in crate::a)` and `#[cfg(…)]` import nothing.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
