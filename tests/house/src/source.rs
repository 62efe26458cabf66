//! A crate as its files say it: its modules, what each of them names and mentions. What is there for tests is left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use syn::{Attribute, Expr, ExprLit, File, Item, ItemMacro, ItemMod, Lit, Meta, Visibility};

use crate::files;
use crate::mentions::{self, Mention};
use crate::names::{Module, What, child, imports};

/// The modules by their paths: `policies::retry`, and nothing for the root.
pub struct Crate {
    pub modules: BTreeMap<String, Module>,
    pub mentions: Vec<Mention>,
}

/// A module while its items are read.
#[derive(Clone)]
pub struct Place {
    pub module: String,
    /// The module that is the whole file, and the file.
    pub owner: String,
    pub file: String,
    pub text: Rc<str>,
    /// Where the files of its own modules are.
    folder: PathBuf,
}

struct Reader<'a> {
    read: &'a dyn Fn(&Path) -> Option<String>,
    found: Crate,
}

impl Crate {
    /// The one with its `src` in this folder.
    pub fn on_disk(folder: &Path) -> Crate {
        let shown = folder.strip_prefix(files::root()).unwrap_or(folder).join("src");
        let main = if folder.join("src/lib.rs").exists() { "lib.rs" } else { "main.rs" };
        let read = |file: &Path| std::fs::read_to_string(files::root().join(file)).ok();
        Crate::read(&shown.join(main), &read)
    }

    /// The one whose root is this file.
    pub fn read(root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Crate {
        let mut reader = Reader { read, found: Crate { modules: BTreeMap::new(), mentions: Vec::new() } };
        reader.file("", root, root.parent().unwrap_or(root).to_owned());
        reader.found
    }
}

impl Reader<'_> {
    fn file(&mut self, module: &str, file: &Path, folder: PathBuf) {
        let text = (self.read)(file).unwrap_or_else(|| panic!("no file {}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if parsed.attrs.iter().any(is_for_tests) {
            return;
        }
        let file = file.display().to_string();
        let place = Place { module: module.to_owned(), owner: module.to_owned(), file, text: text.into(), folder };
        self.items(&place, &parsed.items);
    }

    fn items(&mut self, place: &Place, items: &[Item]) {
        self.module(place);
        for item in items.iter().filter(|item| !attributes(item).iter().any(is_for_tests)) {
            match item {
                Item::Mod(module) => self.child(place, module),
                Item::Macro(called) => self.called(place, called),
                item => self.item(place, item),
            }
        }
    }

    fn module(&mut self, place: &Place) -> &mut Module {
        self.found.modules.entry(place.module.clone()).or_insert_with(|| Module::of(&place.owner))
    }

    fn item(&mut self, place: &Place, item: &Item) {
        let module = self.module(place);
        if let Item::Use(item) = item {
            module.import(is_public(&item.vis), imports(item));
        } else if let Some((name, visibility)) = named(item) {
            module.add(name, is_public(visibility), What::Item);
        }
        self.mentions(place, item);
    }

    /// What is used within functions is a name of the module, too: near enough.
    fn mentions(&mut self, place: &Place, item: &Item) {
        let (mentions, inner) = mentions::of(place, item);
        for item in &inner {
            self.module(place).import(false, imports(item));
        }
        self.found.mentions.extend(mentions);
    }

    fn child(&mut self, place: &Place, item: &ItemMod) {
        let name = item.ident.to_string();
        self.module(place).add(name.clone(), is_public(&item.vis), What::Module);
        let module = child(&place.module, &name);
        let folder = place.folder.join(&name);
        if let Some((_, items)) = &item.content {
            self.items(&Place { module, folder, ..place.clone() }, items);
            return;
        }
        let (file, folder) = match written_path(item) {
            Some(path) => {
                let file = Path::new(&place.file).with_file_name(path);
                (file.clone(), file.parent().unwrap_or(&folder).to_owned())
            }
            None => (self.file_of(&folder), folder),
        };
        self.file(&module, &file, folder);
    }

    /// `x.rs` or `x/mod.rs`.
    fn file_of(&self, folder: &Path) -> PathBuf {
        let beside = folder.with_extension("rs");
        if (self.read)(&beside).is_some() { beside } else { folder.join("mod.rs") }
    }

    /// The items within `pin_project! { … }` are those of the module.
    fn called(&mut self, place: &Place, item: &ItemMacro) {
        if let Some(name) = &item.ident {
            self.defined(place, &name.to_string(), item.attrs.iter().any(|it| it.path().is_ident("macro_export")));
        } else if let Ok(inner) = item.mac.parse_body::<File>() {
            self.items(place, &inner.items);
        }
        self.mentions(place, &Item::Macro(item.clone()));
    }

    fn defined(&mut self, place: &Place, name: &str, exported: bool) {
        let what = What::Macro(place.module.clone());
        self.module(place).add(name.to_owned(), false, what.clone());
        if exported {
            let root = self.found.modules.entry(String::new()).or_insert_with(|| Module::of(""));
            root.add(name.to_owned(), true, what);
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn named(item: &Item) -> Option<(String, &Visibility)> {
    let (name, visibility) = match item {
        Item::Const(it) => (&it.ident, &it.vis),
        Item::Enum(it) => (&it.ident, &it.vis),
        // An attribute or a derive is a name for other crates only.
        Item::Fn(it) if it.attrs.iter().any(is_of_the_compiler) => return None,
        Item::Fn(it) => (&it.sig.ident, &it.vis),
        Item::Static(it) => (&it.ident, &it.vis),
        Item::Struct(it) => (&it.ident, &it.vis),
        Item::Trait(it) => (&it.ident, &it.vis),
        Item::TraitAlias(it) => (&it.ident, &it.vis),
        Item::Type(it) => (&it.ident, &it.vis),
        Item::Union(it) => (&it.ident, &it.vis),
        _ => return None,
    };
    Some((name.to_string(), visibility))
}

pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::TraitAlias(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Union(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

/// `#[proc_macro_attribute]` and the like.
fn is_of_the_compiler(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("proc_macro") || path.is_ident("proc_macro_attribute") || path.is_ident("proc_macro_derive")
}

/// `#[test]`, and `#[cfg(…)]` that only a test fulfils.
pub fn is_for_tests(attribute: &Attribute) -> bool {
    if attribute.path().is_ident("cfg") {
        return attribute.parse_args::<Meta>().is_ok_and(|it| asks_for_tests(&it));
    }
    attribute.path().is_ident("test")
}

fn asks_for_tests(cfg: &Meta) -> bool {
    let parts = |list: &syn::MetaList| {
        let parts = list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated);
        parts.map(|it| it.into_iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    match cfg {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts(list).iter().any(asks_for_tests),
        Meta::List(list) if list.path.is_ident("any") => {
            let parts = parts(list);
            !parts.is_empty() && parts.iter().all(asks_for_tests)
        }
        _ => false,
    }
}

/// `#[path = "metrics/off.rs"]`.
fn written_path(item: &ItemMod) -> Option<String> {
    let attribute = item.attrs.iter().find(|it| it.path().is_ident("path"))?;
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
        _ => None,
    }
}
