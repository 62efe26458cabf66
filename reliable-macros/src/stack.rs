//! The attributes on one function: gathered, checked against each other, and built into one body.
//!
//! Attributes expand from the top down, so that each would end up *inside* the one below it. Therefore the first one to
//! expand gathers all the others, builds the whole stack, top = outermost, and leaves the others in place with a marker
//! for their arguments. Told apart from a first one by that marker, they return their function untouched.
//!
//! Who belongs to the family is passed in: nothing here knows one of them by name.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Item, MacroDelimiter, Meta, MetaList, Path, Visibility, token};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::function::unfinished::{is_no_item, lacks_a_type};
use crate::options::{Options, SHARED};
use crate::stack::attribute::{Attribute, Layer, Placed};
use crate::stack::framework::Framework;
use crate::stack::whole::Name;

pub(crate) mod attribute;
pub(crate) mod bound;
mod caller;
mod consumed;
pub(crate) mod framework;
mod last_error;
mod order;
pub(crate) mod rule;
mod signature;
pub(crate) mod streamed;
mod whole;

/// The attributes that know each other, and the frameworks whose tools they meet.
pub(crate) struct Family {
    pub(crate) attributes: &'static [Attribute],
    pub(crate) frameworks: &'static [&'static dyn Framework],
}

impl Family {
    /// Known by the last segment, so that `#[reliable::retry]` is found too.
    pub(crate) fn find(&self, path: &Path) -> Option<&'static Attribute> {
        let last = &path.segments.last()?.ident;
        self.attributes.iter().find(|attribute| last == attribute.name)
    }

    /// A name that is not found is a line that is missing in the list: without it, nobody would gather the attribute.
    fn named(&self, name: &str) -> &'static Attribute {
        let found = self.attributes.iter().find(|attribute| attribute.name == name);
        found.unwrap_or_else(|| panic!("`{name}` is not in the list of the family"))
    }
}

/// One attribute as written.
struct Written {
    attribute: &'static Attribute,
    args: TokenStream,
    /// Where errors about the attribute itself point.
    span: Span,
}

/// Expands the attributes of a function, the first of which is `first`.
pub(crate) fn expand(family: &Family, first: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    if is_marker(&args) {
        return item;
    }
    let (mut attrs, rest) = match split_attributes.parse2(item.clone()) {
        Ok(split) => split,
        Err(error) => return with_error(&error, &item),
    };
    let first = family.named(first);
    let mut errors = Errors::default();
    let mut written = vec![Written { attribute: first, args, span: where_it_stands(&rest) }];
    written.extend(gather(family, &mut attrs, &mut errors));
    match syn::parse2::<Function>(rest.clone()) {
        Ok(function) => build(family, function, &attrs, written, errors),
        Err(_) if is_no_item(&rest) || lacks_a_type(&rest) => quote!(#(#attrs)* #rest),
        Err(error) => with_error(&not_a_function(first, &rest, error), &quote!(#(#attrs)* #rest)),
    }
}

/// Whether this attribute is written `#[retry = 3]`. The compiler refuses that by itself, and goes on as if it were
/// `#[retry(3)]`.
fn is_refused(attribute: &Attribute) -> bool {
    let written = Span::call_site().source_text().unwrap_or_default();
    let path = written.strip_prefix("#[").and_then(|inside| inside.split_once('=')).map_or("", |(path, _)| path);
    path.rsplit("::").next().is_some_and(|last| last.trim() == attribute.name)
}

fn split_attributes(input: ParseStream<'_>) -> syn::Result<(Vec<syn::Attribute>, TokenStream)> {
    Ok((input.call(syn::Attribute::parse_outer)?, input.parse()?))
}

/// On an error the function stays as it was, so that the error is the only one, and an IDE keeps its footing.
fn with_error(error: &syn::Error, untouched: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #untouched)
}

/// The line of the attribute that is being expanded, as if the user's own tokens stood there.
fn where_it_stands(rest: &TokenStream) -> Span {
    let here = Span::call_site();
    rest.clone().into_iter().next().map_or(here, |token| token.span().located_at(here))
}

/// Tells something that is no function from a function with a fault.
fn not_a_function(first: &Attribute, rest: &TokenStream, error: syn::Error) -> syn::Error {
    let keyword = |input: ParseStream<'_>| {
        input.parse::<Visibility>()?;
        Ok((input.parse::<TokenTree>()?, input.parse::<TokenStream>()?))
    };
    match (syn::parse2(rest.clone()), keyword.parse2(rest.clone())) {
        (Ok(Item::Fn(_) | Item::Verbatim(_)) | Err(_), _) | (_, Err(_)) => error,
        (Ok(_), Ok((keyword, _))) => syn::Error::new(
            keyword.span(),
            format!("`#[{}]` goes on a function: move it to the `fn` that it is for", first.name),
        ),
    }
}

/// Takes the arguments of the family's other attributes, and leaves the marker in their place.
fn gather(family: &Family, attrs: &mut [syn::Attribute], errors: &mut Errors) -> Vec<Written> {
    let mut gathered = Vec::new();
    for attr in attrs {
        let Some(attribute) = family.find(attr.path()) else { continue };
        let span = attr.path().span();
        match &attr.meta {
            Meta::Path(_) => gathered.push(Written { attribute, args: TokenStream::new(), span }),
            Meta::List(list) => gathered.push(Written { attribute, args: list.tokens.clone(), span }),
            Meta::NameValue(_) => {
                let name = attribute.name;
                errors.add(&attr.meta, format!("`#[{name}]` takes its options in parentheses: write `#[{name}(…)]`"));
            }
        }
        attr.meta = Meta::List(MetaList {
            path: attr.path().clone(),
            delimiter: MacroDelimiter::Paren(token::Paren::default()),
            tokens: marker(),
        });
    }
    gathered
}

fn marker() -> TokenStream {
    quote!(@gathered)
}

/// Whether these are the arguments of an attribute of the family that has been gathered.
pub(crate) fn is_marker(args: &TokenStream) -> bool {
    args.to_string().replace(' ', "") == "@gathered"
}

fn build(
    family: &Family,
    mut function: Function,
    attrs: &[syn::Attribute],
    written: Vec<Written>,
    mut errors: Errors,
) -> TokenStream {
    if let Some(name) = family.frameworks.iter().find_map(|framework| framework.tool_name(&function.sig)) {
        function.name = name;
    }
    // What is wrong with the whole is told first, and some of that depends on the options.
    let mut of_options = Errors::default();
    let stack: Vec<Placed> = written.into_iter().map(|written| written.read(&function, &mut of_options)).collect();
    function.stream = whole::stream(&stack, &function, &mut errors);
    signature::check(&function, &stack, &mut errors);
    let before = errors.count();
    order::check(&stack, &mut errors);
    let makes_sense = errors.count() == before;
    for placed in stack.iter().filter(|_| makes_sense) {
        placed.layer.check_function(&function, &mut errors);
    }
    for placed in &stack {
        placed.layer.check_others(attrs, &mut errors);
    }
    errors.append(of_options);
    function.into_error = whole::into_error(&stack, &mut errors);
    function.last_error = last_error::kept(&stack);
    function.redacted = whole::redacted(&stack);
    let name = Name::given(&stack, &function, &mut errors);
    if errors.count() == 0 {
        consumed::check(&function, &stack, &mut errors);
    }
    let beside = once_each(&stack, |layer| layer.beside(&function, attrs));
    let function = match errors.finish() {
        Ok(()) => {
            let outermost = family.frameworks.iter().filter_map(|framework| framework.outermost(&function, attrs));
            let layers: Vec<_> = outermost.chain(streamed::around(&function, hoisted(stack))).collect();
            wrap(function, attrs, &layers, name)
        }
        // The function as it was written, but for what others count on.
        Err(error) => {
            let layers = once_each(&stack, |layer| layer.in_spite_of_errors(&function));
            let function = wrap(function, attrs, &layers, None);
            if is_refused(stack[0].attribute) { function } else { with_error(&error, &function) }
        }
    };
    quote!(#(#beside)* #function)
}

impl Written {
    fn read(self, function: &Function, errors: &mut Errors) -> Placed {
        let Written { attribute, args, span } = self;
        let options = Options::parse(attribute.name, attribute.options, SHARED, args, span, errors);
        let layer = (attribute.read)(&options, function, errors);
        Placed { attribute, options, layer }
    }
}

/// One answer from each attribute, though it may stand there twice by mistake.
fn once_each<T>(stack: &[Placed], ask: impl Fn(&dyn Layer) -> Option<T>) -> Vec<T> {
    let mut answers: Vec<(&str, T)> = Vec::new();
    for Placed { attribute, layer, .. } in stack {
        if !answers.iter().any(|(name, _)| *name == attribute.name) {
            answers.extend(ask(&**layer).map(|answer| (attribute.name, answer)));
        }
    }
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Moves a layer up as long as it means the same there, and is better.
fn hoisted(stack: Vec<Placed>) -> Vec<Box<dyn Layer>> {
    let mut layers: Vec<_> = stack.into_iter().map(|placed| placed.layer).collect();
    for written in 1..layers.len() {
        let mut place = written;
        while place > 0 && layers[place].hoists_over(&*layers[place - 1]) {
            layers.swap(place, place - 1);
            place -= 1;
        }
    }
    layers
}

fn wrap(
    mut function: Function,
    attrs: &[syn::Attribute],
    layers: &[Box<dyn Layer>],
    name: Option<Name>,
) -> TokenStream {
    let caller = caller::wanted(attrs).map(|wanted| (wanted, function.with_body(attrs, function.body())));
    if layers.iter().any(|layer| layer.clones_receiver()) {
        function.call_itself_this();
    }
    let before: TokenStream = layers.iter().map(|layer| layer.before_body()).collect();
    let mut code = Code::body(&before, &function);
    if let Some(name) = name {
        function.is_named = true;
        function.name = name.put_before(&mut code);
    }
    for layer in layers.iter().rev() {
        code = layer.wrap(code, &function);
    }
    if let Some((wanted, untouched)) = caller {
        if let Some(error) = caller::lost(wanted, &code, &function) {
            return with_error(&error, &untouched);
        }
    }
    for layer in layers {
        layer.change_signature(&mut function.sig);
    }
    function.with_body(attrs, &code)
}
