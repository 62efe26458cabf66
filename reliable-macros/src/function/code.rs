//! The new body while it is put together, from the inside out.

use std::cell::Cell;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Lifetime};

use crate::function::tokens::at;
use crate::function::{Function, IntoError};

pub(crate) mod last_error;
mod made_of;

/// A policy as a statement, made before everything else, so that its values are looked at once per call: the right-hand
/// side of `let retry = …;`.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The type, where the value is the user's own and might be of another one.
    pub(crate) ty: Option<TokenStream>,
    pub(crate) value: TokenStream,
}

/// The code for the body and the attributes around it so far. Its value is the outcome of the call.
pub(crate) struct Code {
    tokens: TokenStream,
    /// The same at the end of the function, where its value is returned: some want that to be seen.
    last: Option<TokenStream>,
    /// The same for `Form::Returning` as a labelled block, which needs no `async` block of its own to leave.
    labelled: Option<TokenStream>,
    /// How many labels there are: none may hide another.
    labels: usize,
    form: Form,
    /// Whether the user's own code, or what stands before it, may end early.
    leaves_early: bool,
    /// What the user's own code awaits, where it does nothing else.
    awaited_call: Option<Expr>,
    /// Whether it says of what type the outcome is.
    typed: bool,
    /// What the call is called, where that is known at run time.
    tool: Option<(Ident, Setting)>,
    settings: Vec<(Ident, Setting)>,
    /// Whether some of it stands in a closure.
    is_in_closure: Cell<bool>,
    /// What is kept of its failures.
    kept: Keeps,
    /// Where errors about the outcome point.
    span: Span,
}

/// What some code keeps of what it fails with, for the fault that ends the call.
#[derive(Clone, Copy, PartialEq)]
enum Keeps {
    Nothing,
    /// What it has failed with before, as long as it may still go well.
    Before,
    /// All of it: what comes out was noted.
    All,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// A future, not yet awaited.
    Future,
    /// Statements that end in an expression.
    Block,
    /// The same, with a `return` in it that leaves the block with an outcome.
    Returning,
    /// The same around the user's own code, which must know what type it returns.
    Body,
}

impl Code {
    /// The user's own code, and what is put before it for each attempt.
    pub(crate) fn body(before: &TokenStream, function: &Function) -> Code {
        let body = function.body();
        Code {
            tokens: quote!(#before #body),
            last: None,
            labelled: None,
            labels: 0,
            form: Form::Body,
            leaves_early: function.leaves_early(),
            awaited_call: function.awaited_call().filter(|_| before.is_empty()),
            typed: false,
            tool: None,
            settings: Vec::new(),
            is_in_closure: Cell::new(false),
            kept: Keeps::Nothing,
            span: function.return_span(),
        }
    }

    /// The same call as a future around it, which is one of ours.
    pub(crate) fn into_future(self, tokens: TokenStream) -> Code {
        // What is right around a future says nothing of the type.
        let typed = self.typed || self.form != Form::Future;
        Code { tokens, last: None, form: Form::Future, awaited_call: None, typed, ..self }
    }

    /// The same call as a future around it, which may be one of the user's own: made at once, before anything around it.
    ///
    /// Then all that the compiler has to say stands at the body, and in one and the same place, where it says it once: the
    /// parentheses are there for no more than that place.
    pub(crate) fn into_timed(self, function: &Function, timed: impl Fn(Span, TokenStream) -> TokenStream) -> Code {
        let Some(call) = &self.awaited_call else {
            let tokens = timed(function.return_span(), self.future(function));
            return self.into_future(tokens);
        };
        let span = function.own_span();
        let tokens = timed(at(span), quote_spanned!(at(span)=> (#call)));
        Code { tokens, last: None, form: Form::Future, awaited_call: None, typed: false, span, ..self }
    }

    /// The same call inside `watched`, a future of ours, and what becomes of its `outcome` then. At the end of the function the
    /// parameters go into it: what is kept twice would have to be `Sync`, too.
    pub(crate) fn into_watched(
        self,
        function: &Function,
        watched: impl Fn(&TokenStream) -> TokenStream,
        settled: &TokenStream,
    ) -> Code {
        let (mixed, span) = (Span::mixed_site(), function.return_span());
        let (future, moved) = match (&self.awaited_call, self.form) {
            (Some(call), _) => {
                let call = quote_spanned!(at(function.own_span())=> (#call));
                (call.clone(), call)
            }
            (None, Form::Future) => (self.tokens.clone(), self.tokens.clone()),
            (None, _) => {
                let statements = self.hinted(function);
                (future(function, &statements), quote_spanned!(span=> async move { #statements }))
            }
        };
        let untyped = self.awaited_call.is_some() || self.form == Form::Future && !self.typed;
        let ty = untyped.then(|| function.return_hint());
        let statements = |future: &TokenStream, returned: Option<TokenStream>| {
            let (ty, watched) = (ty.iter(), watched(future));
            let outcome = quote_spanned!(span=> #watched.await);
            quote_spanned!(mixed=> let outcome #(: #ty)* = #outcome; #returned #settled)
        };
        let (tokens, last) = (statements(&future, None), Some(statements(&moved, Some(returned()))));
        Code { tokens, last, form: Form::Block, awaited_call: None, typed: true, ..self }
    }

    /// The same call as statements around its outcome. Before the value that they end with stands what they are given.
    pub(crate) fn into_block(self, statements: impl Fn(&TokenStream) -> TokenStream) -> Code {
        let (tokens, last) = (statements(&TokenStream::new()), Some(statements(&returned())));
        Code { tokens, last, form: Form::Block, awaited_call: None, typed: true, ..self }
    }

    /// The same, where the statements may leave early with another outcome: `leave(outcome)`.
    pub(crate) fn into_returning(self, statements: impl Fn(&Leave<'_>, &TokenStream) -> TokenStream) -> Code {
        let (mixed, value) = (Span::mixed_site(), TokenStream::new());
        let labels = self.labels + 1;
        let name = if labels == 1 { "'call".to_owned() } else { format!("'call_{labels}") };
        let label = Lifetime::new(&name, mixed);
        let breaks = |outcome: &TokenStream| {
            let outcome = in_parentheses(outcome);
            quote_spanned!(mixed=> break #label #outcome)
        };
        let returns = |outcome: &TokenStream| quote_spanned!(mixed=> return #outcome);
        let block = statements(&breaks, &value);
        Code {
            tokens: statements(&returns, &value),
            last: Some(statements(&returns, &returned())),
            labelled: Some(quote_spanned!(mixed=> #label: { #block })),
            labels,
            form: Form::Returning,
            awaited_call: None,
            typed: true,
            ..self
        }
    }

    /// The same call behind statements which may `return` an outcome.
    pub(crate) fn after(self, statements: &TokenStream) -> Code {
        let (tokens, last) = (self.statements(), self.last());
        let form = if self.form == Form::Body { Form::Body } else { Form::Returning };
        let last = last.map(|last| quote!(#statements #last));
        let tokens = quote!(#statements #tokens);
        Code { tokens, last, labelled: None, form, leaves_early: true, awaited_call: None, ..self }
    }

    /// The same behind statements which come before everything else, the policies too.
    pub(crate) fn behind(mut self, statements: &TokenStream) -> Code {
        let settings = made(&self.settings);
        self.settings.clear();
        self.after(&quote!(#statements #settings))
    }

    /// Has the name of the call ready before everything else, and gives the name to use it by.
    pub(crate) fn tool(&mut self, name: Setting) -> Ident {
        let tool = Ident::new("tool", Span::mixed_site());
        self.tool = Some((tool.clone(), name));
        tool
    }

    /// Makes a policy before everything else, and gives the name to use it by.
    pub(crate) fn setting(&mut self, name: &str, setting: &Setting) -> Ident {
        let taken = self.settings.iter().filter(|(other, _)| other.to_string().ends_with(name)).count();
        let name = Ident::new(&format!("{}{name}", "outer_".repeat(taken)), Span::mixed_site());
        self.settings.push((name.clone(), setting.clone()));
        name
    }

    /// `let outcome = …;`
    pub(crate) fn outcome(&self, function: &Function) -> TokenStream {
        let body_alone = self.form == Form::Body && !self.leaves_early;
        let value = if body_alone { self.block() } else { self.value(function) };
        // Elsewhere the outcome has its type from a block of its own.
        let untyped = body_alone || self.form == Form::Future && !self.typed;
        let ty = untyped.then(|| function.return_hint());
        let ty = ty.iter();
        quote_spanned!(Span::mixed_site()=> let outcome #(: #ty)* = #value;)
    }

    /// The user's own block, inside another one where something is put before it.
    fn block(&self) -> TokenStream {
        let tokens = &self.tokens;
        let is_block = tokens.clone().into_iter().count() == 1;
        if is_block { tokens.clone() } else { quote_spanned!(at(self.span)=> { #tokens }) }
    }

    /// The outcome as an expression.
    pub(crate) fn value(&self, function: &Function) -> TokenStream {
        let statements = self.statements();
        match self.form {
            Form::Future => statements,
            Form::Block => quote!({ #statements }),
            Form::Returning if self.labelled.is_some() => self.labelled.to_token_stream(),
            Form::Returning | Form::Body => self.run(function),
        }
    }

    /// The outcome as a future.
    pub(crate) fn future(&self, function: &Function) -> TokenStream {
        match self.form {
            Form::Future => self.tokens.clone(),
            _ => future(function, &self.hinted(function)),
        }
    }

    /// The same, where nothing of it may begin before the future is polled: not even what makes the user's own future.
    pub(crate) fn lazy_future(&self, function: &Function) -> TokenStream {
        match self.form {
            Form::Future => future(function, &self.statements()),
            _ => self.future(function),
        }
    }

    /// The outcome as statements that end in an expression.
    fn statements(&self) -> TokenStream {
        let tokens = &self.tokens;
        match self.form {
            Form::Future => quote_spanned!(self.span=> #tokens.await),
            _ => tokens.clone(),
        }
    }

    /// The same at the end of the function. `None` where the user's own code ends it.
    fn last(&self) -> Option<TokenStream> {
        match self.form {
            Form::Future => {
                let (returned, outcome) = (returned(), self.statements());
                Some(quote!(#returned #outcome))
            }
            _ => self.last.clone(),
        }
    }

    /// Whether the user's own code stands in a closure, because it may leave early, or what stands before it may.
    pub(crate) fn is_in_closure(&self) -> bool {
        self.is_in_closure.get()
    }

    /// The statements as those of a block of their own, which must know of what type its outcome is.
    fn hinted(&self, function: &Function) -> TokenStream {
        let tokens = &self.tokens;
        if self.typed {
            return tokens.clone();
        }
        let returned = function.return_hint();
        if !self.leaves_early {
            let body = self.block();
            return quote_spanned!(at(self.span)=> let outcome: #returned = #body; outcome);
        }
        let hint = quote_spanned!(at(self.span)=> if false { return ::reliable::expansion::returns::<#returned>(); });
        quote!(#hint #tokens)
    }

    /// Runs the statements, which may `return`, and gives what they return.
    fn run(&self, function: &Function) -> TokenStream {
        let span = function.return_span();
        if function.is_async() {
            let future = future(function, &self.hinted(function));
            return quote_spanned!(span=> #future.await);
        }
        self.is_in_closure.set(true);
        let statements = &self.tokens;
        let returned = (!self.typed).then(|| function.return_hint());
        let returned = returned.iter();
        quote_spanned!(span=> (|| #(-> #returned)* { #statements })())
    }
}

/// What the attempts of a retry are called.
pub(crate) fn attempts() -> Ident {
    Ident::new("attempts", Span::mixed_site())
}

/// Leaves with an outcome.
pub(crate) type Leave<'a> = dyn Fn(&TokenStream) -> TokenStream + 'a;

/// `break 'call ::path` is legal, and yet many macros of others, which see it when they stand below, take the first colon
/// for that of a label.
fn in_parentheses(outcome: &TokenStream) -> TokenStream {
    match outcome.clone().into_iter().next() {
        Some(TokenTree::Punct(_)) => quote_spanned!(Span::mixed_site()=> (#outcome)),
        _ => outcome.clone(),
    }
}

impl ToTokens for Code {
    /// The statements of the whole function. The settings of the outermost attribute come first.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        made(&self.tool).to_tokens(tokens);
        made(&self.settings).to_tokens(tokens);
        self.last().unwrap_or_else(|| self.statements()).to_tokens(tokens);
    }
}

fn returned() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> return)
}

/// `let retry = …; let timeout = …;`
fn made<'a>(settings: impl IntoIterator<Item = &'a (Ident, Setting), IntoIter: DoubleEndedIterator>) -> TokenStream {
    let made = settings.into_iter().rev().map(|(name, Setting { ty, value })| {
        let ty = ty.iter();
        quote_spanned!(Span::mixed_site()=> let #name #(: #ty)* = #value;)
    });
    made.collect()
}

/// The outcome of a call that a `fault` ended.
pub(crate) fn ended_by_fault(function: &Function) -> TokenStream {
    let span = function.return_span();
    match &function.into_error {
        None => quote_spanned!(span=> ::reliable::expansion::Outcome::from_fault(fault)),
        Some(IntoError { error, .. }) => {
            quote_spanned!(span=> ::reliable::expansion::Outcome::from_result(::core::result::Result::Err(#error)))
        }
    }
}

/// Asks a policy that may let the call wait: `bulkhead.admit("forecast").await`.
pub(crate) fn admit(policy: &Ident, function: &Function) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    if function.is_async() {
        quote_spanned!(mixed=> #policy.admit(#tool).await)
    } else {
        quote_spanned!(mixed=> #policy.admit_blocking(#tool))
    }
}

/// Waits for the end of a `pause`.
pub(crate) fn pause(function: &Function) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    if function.is_async() {
        quote_spanned!(mixed=> pause.await)
    } else {
        quote_spanned!(mixed=> pause.block_in(#tool))
    }
}

/// Not `async move`: the parameters stay where they are, for the next attempt and for a fallback.
fn future(function: &Function, statements: &TokenStream) -> TokenStream {
    quote_spanned!(function.return_span()=> async { #statements })
}
