//! The annotated function: visibility, signature, and the body as raw tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Expr, ExprAwait, FnArg, Pat, PatIdent, PatType, ReceiverKind, ReturnType, Signature, Token, Type,
    TypeImplTrait, Visibility, parse_quote,
};

use crate::function::boxed::Shell;
use crate::function::tokens::{at, last_segment, mentions, opened, with_this};
use crate::function::types::{Opened, boxed_stream, inferred, is_opaque, items};
use crate::function::unfinished::breaks_off;

mod async_trait;
pub(crate) mod boxed;
pub(crate) mod code;
mod outlived;
pub(crate) mod tokens;
mod types;
pub(crate) mod unfinished;

/// A function whose body goes into the expansion as the tokens that it is, so that it may be half typed.
///
/// Two questions parse a copy of it: what the body awaits, if that is all that it does, and, of a function that returns
/// a future, where the body of the `async fn` in it begins. Only the second demands that it can be parsed.
pub(crate) struct Function {
    /// The name that events and faults carry, as an expression.
    pub(crate) name: TokenStream,
    /// Whether that is what the option `name` says.
    pub(crate) is_named: bool,
    /// What neither a human nor a log gets to see, as the option `redact` of any attribute says.
    pub(crate) redacted: Vec<Ident>,
    /// How a fault becomes an error, if not by `From<Fault>`.
    pub(crate) into_error: Option<IntoError>,
    /// Whether its attributes are around the stream that it returns.
    pub(crate) stream: Option<Streamed>,
    /// Whether what a retry fails with is kept, and for whose faults, which would hide it.
    pub(crate) last_error: Option<Kept>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    inner_attrs: Vec<Attribute>,
    body: Group,
    /// What is around it, if it is the `async fn` in a function that returns a future.
    shell: Option<Shell>,
}

/// For whom a retry keeps what it failed with last.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kept {
    /// What is right below it, and a part of the same code.
    Next,
    /// What is below it somewhere: each run of the retry has a place for it.
    Below,
    /// What is above it, too, and sees nothing of what is inside: the whole call has one place.
    Above,
}

/// What the option `stream` says.
pub(crate) struct Streamed {
    /// Whether an item counts as the first, as a closure: `|value| Chunk::has_text(value)`.
    pub(crate) counts: Option<TokenStream>,
    /// Where it is written.
    pub(crate) span: Span,
}

/// What the option `fault` says.
pub(crate) struct IntoError {
    /// The error of what is called `fault`.
    pub(crate) error: TokenStream,
    /// The same as a function.
    pub(crate) function: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let vis = input.parse()?;
        let mut sig: Signature = input.parse()?;
        Opened.visit_signature_mut(&mut sig);
        if input.peek(Token![;]) {
            return Err(syn::Error::new_spanned(
                &sig.ident,
                "there is no body to wrap here: move the attribute to the `fn` that has one, in the `impl`",
            ));
        }
        let TokenTree::Group(braces) = input.parse()? else {
            return Err(input.error("expected the body of the function"));
        };
        let braces = opened(braces);
        let Body { inner_attrs, tokens } = syn::parse2(braces.stream())?;
        let mut body = braces.clone();
        if !inner_attrs.is_empty() {
            body = Group::new(braces.delimiter(), tokens);
            body.set_span(braces.span());
        }
        let (shell, body) = boxed::open(&mut sig, &body)?.map_or((None, body), |(shell, body)| (Some(shell), body));
        let name = sig.ident.unraw().to_string().to_token_stream();
        Ok(Function {
            name,
            is_named: false,
            redacted: Vec::new(),
            into_error: None,
            stream: None,
            last_error: None,
            vis,
            sig,
            inner_attrs,
            body,
            shell,
        })
    }
}

/// A name that a parameter binds: all of it, or a part.
pub(crate) struct Binding<'a> {
    pub(crate) pat: &'a PatIdent,
    pub(crate) ty: &'a Type,
    /// The parameter's own `#[cfg(…)]`, which goes wherever the name goes.
    pub(crate) cfgs: TokenStream,
}

struct Body {
    inner_attrs: Vec<Attribute>,
    tokens: TokenStream,
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Body { inner_attrs: input.call(Attribute::parse_inner)?, tokens: input.parse()? })
    }
}

impl Function {
    /// What its body knows its receiver by: `self`, or a name that it has moved it to.
    pub(crate) fn receiver(&self) -> Option<Ident> {
        let receiver = self.sig.receiver()?;
        let moved_to = self.shell.as_ref().and_then(Shell::receiver);
        Some(moved_to.cloned().unwrap_or_else(|| Ident::new("self", receiver.self_token.span)))
    }

    /// Its receiver, if it takes it by value: `self`, or `self: Arc<Self>`.
    pub(crate) fn owned_receiver(&self) -> Option<Token![self]> {
        let receiver = self.sig.receiver()?;
        let is_owned = match &receiver.kind {
            ReceiverKind::Reference(..) => false,
            ReceiverKind::Typed(_, ty) => !matches!(**ty, Type::Reference(_)),
            _ => true,
        };
        is_owned.then_some(receiver.self_token)
    }

    /// Has the body know its receiver as `this`.
    pub(crate) fn call_itself_this(&mut self) {
        let mut body = Group::new(self.body.delimiter(), with_this(self.body.stream()));
        body.set_span(self.body.span());
        self.body = body;
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    /// The type of the future that it returns, if a name hides what comes of it: `Self::Future`.
    pub(crate) fn returns_unknown_future(&self) -> Option<&Type> {
        let ReturnType::Type(_, ty) = &self.sig.output else { return None };
        last_segment(ty).is_some_and(|last| last.ident.to_string().ends_with("Future")).then_some(&**ty)
    }

    /// Whether it returns a future, and this is the `async fn` in it.
    pub(crate) fn is_opened(&self) -> bool {
        self.shell.is_some()
    }

    /// Whether it returns a future, and did something itself before there was one.
    pub(crate) fn did_more(&self) -> bool {
        self.shell.as_ref().is_some_and(Shell::did_more)
    }

    /// The user's block, braces and all.
    ///
    /// Its braces stand where the user's stand, so that the compiler points there, but count as ours, so that no lint
    /// takes them for braces that the user wrote and could leave out. Of a body that breaks off they stay the user's: so
    /// the compiler, which has pointed at the last one before it came to us, does not do that again.
    pub(crate) fn body(&self) -> Group {
        let mut body = self.body.clone();
        if !breaks_off(&body.stream()) {
            body.set_span(at(self.body.span()));
        }
        body
    }

    /// Where the user's block stands.
    pub(crate) fn own_span(&self) -> Span {
        self.body.span()
    }

    /// The user's block as it is.
    pub(crate) fn tokens(&self) -> TokenStream {
        self.body.stream()
    }

    /// Whether the body may end before its last line: by `return` or `?`, or by what may be hidden in a macro. A `break`
    /// is not known to be inside a loop of the body's own, nor a `loop` to end at all: what follows one that does not would
    /// be reported as unreachable.
    pub(crate) fn leaves_early(&self) -> bool {
        leaves_early(self.body.stream())
    }

    /// The call that the body awaits, where it parses and does nothing else: `fetch(city)` of `{ fetch(city).await }`.
    pub(crate) fn awaited_call(&self) -> Option<Expr> {
        let is_await = |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "await");
        if !self.body.stream().into_iter().last().as_ref().is_some_and(is_await) || self.leaves_early() {
            return None;
        }
        let Ok(Expr::Await(ExprAwait { base, .. })) = syn::parse2(self.body.stream()) else { return None };
        let is_call = matches!(*base, Expr::Call(_) | Expr::MethodCall(_));
        let awaits_more = mentions(base.to_token_stream(), &|name| name == "await");
        (is_call && !awaits_more).then_some(*base)
    }

    /// The declared return type, with `_` for each `impl Trait`: how an expression can name it.
    pub(crate) fn return_hint(&self) -> Type {
        let ReturnType::Type(_, ty) = &self.sig.output else { return parse_quote!(()) };
        inferred(ty)
    }

    /// Whether there is an `impl Trait` in the return type, which no expression can name.
    pub(crate) fn returns_opaque(&self) -> bool {
        match &self.sig.output {
            ReturnType::Type(_, ty) => is_opaque(ty),
            ReturnType::Default => false,
        }
    }

    /// The items of the `impl Stream` in the return type.
    pub(crate) fn opaque_items(&self) -> Option<Type> {
        match &self.sig.output {
            ReturnType::Type(_, ty) => items(ty),
            ReturnType::Default => None,
        }
    }

    /// The `impl Stream` in the return type, where that has it in a `Box`.
    pub(crate) fn boxed_stream(&self) -> Option<TypeImplTrait> {
        match &self.sig.output {
            ReturnType::Type(_, ty) => boxed_stream(ty),
            ReturnType::Default => None,
        }
    }

    /// Where errors about the return type point.
    pub(crate) fn return_span(&self) -> Span {
        match &self.sig.output {
            ReturnType::Type(_, ty) => at(syn::spanned::Spanned::span(ty)),
            ReturnType::Default => at(self.sig.ident.span()),
        }
    }

    /// Whether the body uses this name.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        mentions(self.body.stream(), &|mentioned| mentioned == name)
    }

    /// Whether it speaks of the type that it belongs to.
    pub(crate) fn names_self(&self) -> bool {
        mentions(self.sig.to_token_stream(), &|name| name == "Self") || names_self(self.body.stream())
    }

    /// Every name that the parameters bind.
    pub(crate) fn bindings(&self) -> Vec<Binding<'_>> {
        let typed = self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        });
        typed.flat_map(bindings_of).collect()
    }

    /// Whether a parameter, or a part of one, has this name.
    pub(crate) fn binds(&self, name: &Ident) -> bool {
        self.bindings().iter().any(|binding| binding.pat.ident == *name)
    }

    /// The function again, with another body.
    pub(crate) fn with_body(&self, attrs: &[Attribute], body: impl ToTokens) -> TokenStream {
        let Function { vis, inner_attrs, .. } = self;
        let (sig, body) = match &self.shell {
            Some(shell) => shell.close(&self.sig, body),
            None => (self.sig.clone(), body.to_token_stream()),
        };
        let mut braces = Group::new(self.body.delimiter(), quote!(#(#inner_attrs)* #body));
        braces.set_span(self.body.span());
        quote!(#(#attrs)* #vis #sig #braces)
    }
}

/// Those of the attributes that say whether something is there at all.
pub(crate) fn cfgs(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).map(ToTokens::to_token_stream).collect()
}

/// The names that one parameter binds.
pub(crate) fn bindings_of(PatType { pat, ty, attrs, .. }: &PatType) -> Vec<Binding<'_>> {
    let mut bindings = Vec::new();
    let cfgs = cfgs(attrs);
    collect_bindings(pat, &mut |pat| bindings.push(Binding { pat, ty, cfgs: cfgs.clone() }));
    bindings
}

fn collect_bindings<'a>(pat: &'a Pat, found: &mut impl FnMut(&'a PatIdent)) {
    match pat {
        Pat::Ident(ident) => {
            found(ident);
            if let Some((_, pat)) = &ident.subpat {
                collect_bindings(pat, found);
            }
        }
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pat| collect_bindings(pat, found)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|pat| collect_bindings(pat, found)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| collect_bindings(&field.pat, found)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|pat| collect_bindings(pat, found)),
        Pat::Reference(reference) => collect_bindings(&reference.pat, found),
        Pat::Paren(paren) => collect_bindings(&paren.pat, found),
        // Each case binds the same names.
        Pat::Or(or) => or.cases.first().into_iter().for_each(|pat| collect_bindings(pat, found)),
        Pat::Guard(guard) => collect_bindings(&guard.pat, found),
        _ => {}
    }
}

/// Whether `Self` is in it, but not in an item, where it is another type.
fn names_self(tokens: TokenStream) -> bool {
    let mut in_item = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => {
            in_item |= ["impl", "trait", "struct", "enum", "union"].iter().any(|item| name == item);
            !in_item && name == "Self"
        }
        TokenTree::Group(group) if in_item => {
            in_item = group.delimiter() != Delimiter::Brace;
            false
        }
        TokenTree::Group(group) => names_self(group.stream()),
        TokenTree::Punct(mark) => {
            in_item &= mark.as_char() != ';';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

fn leaves_early(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let leaves = match token {
            TokenTree::Ident(name) => ["return", "break", "continue", "loop"].iter().any(|keyword| name == keyword),
            TokenTree::Punct(mark) if mark.as_char() == '!' => matches!(tokens.peek(), Some(TokenTree::Group(_))),
            TokenTree::Punct(mark) => mark.as_char() == '?',
            TokenTree::Group(group) => leaves_early(group.stream()),
            TokenTree::Literal(_) => false,
        };
        if leaves {
            return true;
        }
    }
    false
}
