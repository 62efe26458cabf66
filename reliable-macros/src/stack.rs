//! The attributes on one function: gathered, checked against each other, and built into one body.
//!
//! Attributes expand from the top down, so that each would end up *inside* the one below it. Therefore the first one to
//! expand gathers all the others, builds the whole stack, top = outermost, and leaves the others in place with a marker
//! for their arguments. Told apart from a first one by that marker, they return their function untouched.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Item, MacroDelimiter, Meta, MetaList, Path, ReturnType, Signature, Visibility, token};

use crate::attributes::agent::{self, Agent};
use crate::attributes::approval::{self, guarded};
use crate::attributes::policy::OwnPolicy;
use crate::attributes::{bulkhead, chaos, circuit_breaker, fallback, hedge, rate_limit, retry, timeout};
use crate::errors::Errors;
use crate::frameworks::rmcp::ToolOutcome;
use crate::function::Function;
use crate::function::code::Code;

mod order;

/// The attributes that know each other.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Retry,
    Timeout,
    Fallback,
    Approval,
    Agent,
    CircuitBreaker,
    Bulkhead,
    Hedge,
    RateLimit,
    Policy,
    Chaos,
}

const FAMILY: [Kind; 11] = [
    Kind::Retry,
    Kind::Timeout,
    Kind::Fallback,
    Kind::Approval,
    Kind::Agent,
    Kind::CircuitBreaker,
    Kind::Bulkhead,
    Kind::Hedge,
    Kind::RateLimit,
    Kind::Policy,
    Kind::Chaos,
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Retry => "retry",
            Kind::Timeout => "timeout",
            Kind::Fallback => "fallback",
            Kind::Approval => "requires_approval",
            Kind::Agent => "agent",
            Kind::CircuitBreaker => "circuit_breaker",
            Kind::Bulkhead => "bulkhead",
            Kind::Hedge => "hedge",
            Kind::RateLimit => "rate_limit",
            Kind::Policy => "policy",
            Kind::Chaos => "chaos",
        }
    }

    /// Known by the last segment, so that `#[reliable::retry]` is found too.
    pub(crate) fn of(path: &Path) -> Option<Kind> {
        let last = &path.segments.last()?.ident;
        FAMILY.into_iter().find(|kind| last == kind.name())
    }

    /// Whether it can't do its work without waiting.
    fn needs_async(self) -> bool {
        matches!(self, Kind::Timeout | Kind::Approval | Kind::Agent | Kind::Hedge)
    }
}

/// One attribute as written.
pub(crate) struct Layer {
    pub(crate) kind: Kind,
    pub(crate) args: TokenStream,
    /// Where errors about the attribute itself point.
    pub(crate) span: Span,
}

/// Expands the attributes of a function, the first of which is `first`.
pub(crate) fn expand(first: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    if is_marker(&args) {
        return item;
    }
    let (mut attrs, rest) = match split_attributes.parse2(item.clone()) {
        Ok(split) => split,
        Err(error) => return with_error(&error, &item),
    };
    let mut errors = Errors::default();
    let mut layers = vec![Layer { kind: first, args, span: where_it_stands(&rest) }];
    layers.extend(gather(&mut attrs, &mut errors));
    let expanded = syn::parse2::<Function>(rest.clone())
        .map_err(|error| not_a_function(first, &rest, error))
        .map(|function| build(function, &attrs, &layers, errors));
    expanded.unwrap_or_else(|error| with_error(&error, &quote!(#(#attrs)* #rest)))
}

fn split_attributes(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, TokenStream)> {
    Ok((input.call(Attribute::parse_outer)?, input.parse()?))
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
fn not_a_function(first: Kind, rest: &TokenStream, error: syn::Error) -> syn::Error {
    let keyword = |input: ParseStream<'_>| {
        input.parse::<Visibility>()?;
        Ok((input.parse::<TokenTree>()?, input.parse::<TokenStream>()?))
    };
    match (syn::parse2(rest.clone()), keyword.parse2(rest.clone())) {
        (Ok(Item::Fn(_) | Item::Verbatim(_)) | Err(_), _) | (_, Err(_)) => error,
        (Ok(_), Ok((keyword, _))) => syn::Error::new(
            keyword.span(),
            format!("`#[{}]` goes on a function: move it to the `fn` that it is for", first.name()),
        ),
    }
}

/// Takes the arguments of the family's other attributes, and leaves the marker in their place.
fn gather(attrs: &mut [Attribute], errors: &mut Errors) -> Vec<Layer> {
    let mut layers = Vec::new();
    for attr in attrs {
        let Some(kind) = Kind::of(attr.path()) else { continue };
        let span = attr.path().span();
        match &attr.meta {
            Meta::Path(_) => layers.push(Layer { kind, args: TokenStream::new(), span }),
            Meta::List(list) => layers.push(Layer { kind, args: list.tokens.clone(), span }),
            Meta::NameValue(_) => {
                let name = kind.name();
                errors.add(&attr.meta, format!("`#[{name}]` takes its options in parentheses: write `#[{name}(…)]`"));
            }
        }
        attr.meta = Meta::List(MetaList {
            path: attr.path().clone(),
            delimiter: MacroDelimiter::Paren(token::Paren::default()),
            tokens: marker(),
        });
    }
    layers
}

fn marker() -> TokenStream {
    quote!(@gathered)
}

fn is_marker(args: &TokenStream) -> bool {
    args.to_string().replace(' ', "") == "@gathered"
}

fn build(function: Function, attrs: &[Attribute], layers: &[Layer], mut errors: Errors) -> TokenStream {
    check_signature(&function, layers, &mut errors);
    order::check(layers, &mut errors);
    retry::check_effects(attrs, layers, &mut errors);
    let mut policies: Vec<_> = layers.iter().map(|layer| layer.policy(&function, &mut errors)).collect();
    hoist(&mut policies);
    if cfg!(feature = "rmcp") && ToolOutcome::is_needed(&function, attrs) {
        policies.insert(0, Box::new(ToolOutcome));
    }
    let is_guarded = layers.iter().any(|layer| layer.kind == Kind::Approval);
    let mark = is_guarded.then(|| guarded::mark(&function, attrs));
    let function = match errors.finish() {
        Ok(()) => wrap(function, attrs, &policies),
        Err(error) => with_error(&error, &without_policies(function, attrs, layers)),
    };
    quote!(#mark #function)
}

/// Moves a policy up as long as it means the same there, and is better.
fn hoist(policies: &mut [Box<dyn Policy>]) {
    for written in 1..policies.len() {
        let mut place = written;
        while place > 0 && policies[place].hoists_over(&*policies[place - 1]) {
            policies.swap(place, place - 1);
            place -= 1;
        }
    }
}

fn wrap(mut function: Function, attrs: &[Attribute], policies: &[Box<dyn Policy>]) -> TokenStream {
    let before: TokenStream = policies.iter().map(|policy| policy.before_body()).collect();
    let mut code = Code::body(&before, &function);
    for policy in policies.iter().rev() {
        code = policy.wrap(code, &function);
    }
    for policy in policies {
        policy.change_signature(&mut function.sig);
    }
    function.with_body(attrs, &code)
}

/// The function as it was written. Only an agent stays one, because its callers expect the answer and not the step, and a
/// key stays there, because the body uses its name.
fn without_policies(function: Function, attrs: &[Attribute], layers: &[Layer]) -> TokenStream {
    let mut policies: Vec<Box<dyn Policy>> = Vec::new();
    if layers.iter().any(|layer| layer.kind == Kind::Agent) && agent::is_step(&function) {
        policies.push(Box::new(Agent::default()));
    }
    if let Some(key) = layers.iter().find_map(retry::Key::of).filter(|key| !function.binds(key.name())) {
        policies.push(Box::new(key));
    }
    wrap(function, attrs, &policies)
}

fn check_signature(function: &Function, layers: &[Layer], errors: &mut Errors) {
    let Signature { constness, abi, ident, output, .. } = &function.sig;
    let name = layers[0].kind.name();
    if let Some(constness) = constness {
        errors.add(constness, format!("`#[{name}]` can't work on a `const fn`: remove the `const`"));
    }
    if let Some(abi) = abi {
        errors.add(abi, format!("`#[{name}]` can't work on an `extern` function: call this one from an ordinary `fn`"));
    }
    if matches!(output, ReturnType::Default) {
        let value = if layers.iter().any(|layer| layer.kind == Kind::Agent) { "Step<…>" } else { "()" };
        errors.add(ident, format!("`#[{name}]` needs a function that returns a `Result`, and this one returns nothing: write `-> Result<{value}, YourError>`"));
    }
    if function.is_async() {
        return;
    }
    if let Some(future) = function.returns_unknown_future() {
        errors.add(future, format!("`#[{name}]` can't see what this future gives: write `Pin<Box<dyn Future<Output = Result<…>> + Send>>`, or an `async fn`"));
        return;
    }
    let Some(name) = layers.iter().find(|layer| layer.kind.needs_async()).map(|layer| layer.kind.name()) else {
        return;
    };
    errors.add(
        function.sig.fn_token,
        if function.mentions("block_on") {
            format!("`#[{name}]` needs an `async fn`, and this one blocks on a future: move `#[{name}]` above the macro that made it so, such as `#[tokio::test]`, or write `async fn {ident}`")
        } else {
            format!("`#[{name}]` needs an `async fn`: write `async fn {ident}`")
        },
    );
}

/// What one attribute does to a function, once its options are read and checked.
pub(crate) trait Policy {
    /// Puts the policy around the code so far.
    fn wrap(&self, inner: Code, function: &Function) -> Code;

    /// Statements to run before the body at each attempt.
    fn before_body(&self) -> TokenStream {
        TokenStream::new()
    }

    /// Whether this policy, written below `above`, means the same around it, and is better there.
    fn hoists_over(&self, _above: &dyn Policy) -> bool {
        false
    }

    /// Whether a denial passes through unchanged.
    fn leaves_denials_alone(&self) -> bool {
        false
    }

    /// Changes what callers see of the function.
    fn change_signature(&self, _: &mut Signature) {}
}

impl Layer {
    fn policy(&self, function: &Function, errors: &mut Errors) -> Box<dyn Policy> {
        let args = self.args.clone();
        match self.kind {
            Kind::Retry => Box::new(retry::Retry::parse(args, function, errors)),
            Kind::Timeout => Box::new(timeout::Timeout::parse(args, self.span, errors)),
            Kind::Fallback => Box::new(fallback::Fallback::parse(args, self.span, function, errors)),
            Kind::Approval => Box::new(approval::Approval::parse(args, function, errors)),
            Kind::Agent => Box::new(Agent::parse(args, function, errors)),
            Kind::CircuitBreaker => Box::new(circuit_breaker::CircuitBreaker::parse(args, function, errors)),
            Kind::Bulkhead => Box::new(bulkhead::Bulkhead::parse(args, function, errors)),
            Kind::Hedge => Box::new(hedge::Hedge::parse(args, self.span, function, errors)),
            Kind::RateLimit => Box::new(rate_limit::RateLimit::parse(args, self.span, function, errors)),
            Kind::Policy => Box::new(OwnPolicy::parse(args, self.span, function, errors)),
            Kind::Chaos => Box::new(chaos::Chaos::parse(args, function, errors)),
        }
    }
}
