//! A body that runs again must not give a parameter away. The compiler knows all about that, but not that `clone(…)` would
//! help: so it is told here where the type and the body leave no doubt.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::Parser;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprAsync, ExprBlock, ExprPath, Local, PatIdent, PathArguments, Stmt, Type};

use crate::errors::Errors;
use crate::function::tokens::{last_segment, mentions};
use crate::function::{Binding, Function};
use crate::options::repeat::CLONE;
use crate::stack::attribute::{Again, Placed};

/// Types that everybody knows to be no `Copy`.
const OWNED: [&str; 11] =
    ["String", "Vec", "Box", "Arc", "Rc", "PathBuf", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "VecDeque"];

pub(super) fn check(function: &Function, stack: &[Placed], errors: &mut Errors) {
    let runs_for = |why| stack.iter().find(|placed| placed.attribute.again == Some(why));
    let (attempt, step) = (runs_for(Again::Attempt), runs_for(Again::Step));
    let Some(again) = attempt.or(step) else { return };
    for Binding { pat, ty, cfgs } in function.bindings() {
        if !is_owned(ty) || !cfgs.is_empty() || stack.iter().any(|placed| clones(placed, &pat.ident)) {
            continue;
        }
        let Some(place) = given_away(function, &pat.ident) else { continue };
        let (name, attribute) = (&pat.ident, again.attribute.name);
        let message = if attempt.is_some() {
            format!(
                "the first attempt gives `{name}` away, and the next one needs it: add `clone({name})` to `#[{attribute}]`"
            )
        } else {
            format!(
                "the first step gives `{name}` away, and the next one needs it: take a `&mut` of it, or pass a clone on"
            )
        };
        errors.add(place, message);
    }
}

/// Whether each attempt gets a clone of this parameter.
fn clones(Placed { attribute, options, .. }: &Placed, name: &Ident) -> bool {
    let is_named = || options.names(CLONE.key).is_none_or(|names| names.contains(name));
    attribute.again == Some(Again::Attempt) && options.mention(CLONE.key).is_some() && is_named()
}

fn is_owned(ty: &Type) -> bool {
    let Some(last) = last_segment(ty) else { return false };
    OWNED.iter().any(|owned| last.ident == owned) && !matches!(last.arguments, PathArguments::Parenthesized(_))
}

/// Where the body gives this parameter away whatever happens, as far as it can be seen without knowing any type.
fn given_away(function: &Function, name: &Ident) -> Option<Ident> {
    let body = function.tokens();
    if !function.mentions(&name.to_string()) || mentions(body.clone(), &|mentioned| mentioned == "cfg") {
        return None;
    }
    given_in(&Block::parse_within.parse2(body).ok()?, name)
}

fn given_in(statements: &[Stmt], name: &Ident) -> Option<Ident> {
    for statement in statements {
        match statement {
            Stmt::Local(Local { pat, init, .. }) => {
                let given = init.as_ref().and_then(|init| inside(&init.expr, name));
                // From here on it may be something else.
                if given.is_some() || mentions(pat.to_token_stream(), &|mentioned| mentioned == name) {
                    return given;
                }
            }
            Stmt::Expr(expr, _) => {
                if let Some(given) = inside(expr, name) {
                    return Some(given);
                }
            }
            Stmt::Item(_) | Stmt::Macro(_) => return None,
        }
    }
    None
}

fn inside(expr: &Expr, name: &Ident) -> Option<Ident> {
    let mut parts: Box<dyn Iterator<Item = &Expr>> = match expr {
        Expr::Await(expr) => return inside(&expr.base, name),
        Expr::Try(expr) => return inside(&expr.expr, name),
        Expr::Paren(expr) => return inside(&expr.expr, name),
        Expr::Return(expr) => return expr.expr.as_ref().and_then(|expr| inside(expr, name)),
        Expr::Async(ExprAsync { capture: None, block, .. }) | Expr::Block(ExprBlock { label: None, block, .. }) => {
            return given_in(&block.stmts, name);
        }
        Expr::Async(ExprAsync { block, .. }) => return moved_into(block, name),
        Expr::Call(call) => Box::new(call.args.iter()),
        Expr::MethodCall(call) => {
            if let Some(given) = inside(&call.receiver, name) {
                return Some(given);
            }
            Box::new(call.args.iter())
        }
        Expr::Struct(new) => Box::new(new.fields.iter().map(|field| &field.expr)),
        Expr::Tuple(all) => Box::new(all.elems.iter()),
        Expr::Array(all) => Box::new(all.elems.iter()),
        _ => return None,
    };
    parts.find_map(|part| match part {
        Expr::Path(path) => path.path.get_ident().filter(|ident| *ident == name).cloned(),
        part => inside(part, name),
    })
}

/// Where an `async move` block uses this parameter, if it knows no other of that name.
fn moved_into(block: &Block, name: &Ident) -> Option<Ident> {
    struct Use<'a> {
        name: &'a Ident,
        found: Option<Ident>,
        is_another: bool,
    }
    impl VisitMut for Use<'_> {
        fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
            let used = path.path.get_ident().filter(|used| *used == self.name);
            self.found = self.found.take().or(used.cloned());
        }

        fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
            self.is_another |= pat.ident == *self.name;
        }
    }
    let mut uses = Use { name, found: None, is_another: false };
    uses.visit_block_mut(&mut block.clone());
    uses.found.filter(|_| !uses.is_another)
}
