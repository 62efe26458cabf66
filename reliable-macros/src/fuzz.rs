//! Whatever stands on whatever function: the macros do not panic, what they give can be read, and nothing of the user's
//! own code is lost, with an error least of all.
//!
//! `PROPTEST_CASES=1000000 cargo test --release -p reliable-macros fuzz` tries a million of them.

use std::collections::BTreeSet;
use std::env;

use proc_macro2::{TokenStream, TokenTree};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use quote::quote;

use crate::family::FAMILY;
use crate::stack::expand;

/// What stands where: pieces of valid ones, and anything at all.
#[derive(Debug, Clone)]
struct Input {
    /// Names and arguments, from the top down.
    attributes: Vec<(&'static str, String)>,
    /// Everything before the body.
    signature: String,
    body: String,
}

fn cases() -> u32 {
    env::var("PROPTEST_CASES").map_or(1_000, |cases| cases.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_all_can_be_read(input in input()) {
        check(&input)?;
    }
}

#[test]
fn each_attribute_stands_somewhere_as_it_should() {
    for attribute in FAMILY.attributes {
        assert!(VALID.iter().any(|(name, _)| *name == attribute.name), "`{}` is not in `VALID`", attribute.name);
    }
}

fn check(input: &Input) -> Result<(), TestCaseError> {
    let Input { attributes, signature, body } = input;
    // What is no token stream never comes to a macro.
    let read = |text: &str| text.parse::<TokenStream>().ok();
    let (Some(function), Some(own)) =
        (read(&format!("{signature} {{ {body} }}")), read(&format!("{signature} {body}")))
    else {
        return Ok(());
    };
    let args: Option<Vec<TokenStream>> = attributes.iter().map(|(_, args)| read(args)).collect();
    let Some(args) = args else { return Ok(()) };
    let others = attributes.iter().zip(&args).skip(1).map(|((name, _), args)| {
        let name = quote::format_ident!("{name}");
        quote!(#[#name(#args)])
    });
    let item = quote!(#(#others)* #function);
    let output = expand(&FAMILY, attributes[0].0, args[0].clone(), item);
    prop_assert!(!is_readable(&function) || is_readable(&output), "it can't be read: {output}");
    let (kept, lost) = (words(&output), words(&own));
    let lost: Vec<_> = lost.difference(&kept).filter(|word| !GIVEN_UP.contains(&&***word)).collect();
    prop_assert!(lost.is_empty(), "{lost:?} got lost in {output}");
    Ok(())
}

/// Of what `#[async_trait]` writes, and of `Box::pin`: that is written anew. And `self`, which a body knows as `this` when it is
/// cloned.
const GIVEN_UP: [&str; 13] = [
    "Box",
    "pin",
    "if",
    "let",
    "option",
    "Option",
    "Some",
    "None",
    "__ret",
    "ret",
    "unreachable_code",
    "allow",
    "self",
];

/// Whether it is a function, by itself or in an `impl`, or what became of one.
fn is_readable(tokens: &TokenStream) -> bool {
    syn::parse2::<syn::File>(tokens.clone()).is_ok() || syn::parse2::<syn::ItemImpl>(quote!(impl A { #tokens })).is_ok()
}

/// Every name and every literal.
fn words(tokens: &TokenStream) -> BTreeSet<String> {
    let words = tokens.clone().into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(&group.stream()),
        TokenTree::Punct(_) => BTreeSet::new(),
        word => BTreeSet::from([word.to_string()]),
    });
    words.collect()
}

fn input() -> impl Strategy<Value = Input> {
    (vec(attribute(), 1..5), signature(), body()).prop_map(|(attributes, signature, body)| Input {
        attributes,
        signature,
        body,
    })
}

fn names() -> impl Strategy<Value = &'static str> {
    select(FAMILY.attributes.iter().map(|attribute| attribute.name).collect::<Vec<_>>())
}

fn attribute() -> impl Strategy<Value = (&'static str, String)> {
    let valid = select(&VALID[..]).prop_map(|(name, args)| (name, args.to_owned()));
    let nearly = (names(), vec(option(), 0..4)).prop_map(|(name, options)| (name, options.join(", ")));
    let soup = (names(), soup());
    prop_oneof![4 => valid, 3 => nearly, 1 => soup]
}

const VALID: [(&str, &str); 42] = [
    ("retry", "max = 3"),
    ("retry", ""),
    ("retry", "max = 2, backoff = \"fixed\", base = \"10ms\", jitter = 0, within = \"1m\""),
    ("retry", "clone"),
    ("retry", "clone(city)"),
    ("retry", "clone, idempotency_key"),
    ("retry", "POLICY"),
    ("retry", "when = matches!(error, E::Busy), after = error.wait()"),
    ("retry", "budget = BUDGET, name = self.name()"),
    ("timeout", "ms = 2000"),
    ("timeout", "\"2s\""),
    ("timeout", "self.limit, fault = E::from"),
    ("fallback", "offline"),
    ("fallback", "Ok(error.to_string())"),
    ("fallback", "Self::offline, when = E::is_busy"),
    ("requires_approval", ""),
    ("requires_approval", "reason = \"money\", when = amount > 3, redact(city), within = \"2d\""),
    ("requires_approval", "by = ana, show(city)"),
    ("agent", "max_steps = 8"),
    ("agent", "max_usd = 0.1, within = \"1m\""),
    ("circuit_breaker", "failures = 5, cooldown = \"30s\""),
    ("circuit_breaker", "ratio = 0.5, window = 20, key = city"),
    ("circuit_breaker", "ratio = 0.5, window = \"10s\", min_calls = 20"),
    ("circuit_breaker", "failures = 5, slow = \"2s\", max_cooldown = \"10m\""),
    ("bulkhead", "max = 4, queue = 2"),
    ("bulkhead", "max = 4, max_wait = \"2s\""),
    ("rate_limit", "per_second = 10, burst = 20"),
    ("rate_limit", "per_minute = 10, cost = 3, reserved"),
    ("rate_limit", "per_minute = 10, max_wait = \"2s\""),
    ("hedge", "after = \"200ms\""),
    ("failover", "one in self.all, cooldown = \"30s\", key = one.name()"),
    ("failover", "one in [city, \"Oslo\"], when = E::is_busy"),
    ("call_limit", "max = 5"),
    ("policy", "OWN, clone(city)"),
    ("chaos", ""),
    ("chaos", "name = \"here\""),
    ("durable", ""),
    ("durable", "error = E::told, redact(city), idempotency_key"),
    ("retry", "max = 3, attempt, stream"),
    ("timeout", "secs = 2, idle = \"30s\", stream"),
    ("bulkhead", "max = 4, stream = Chunk::has_text"),
    ("chaos", "stream"),
];

const VALUES: [&str; 26] = [
    "3",
    "0",
    "-1",
    "0.5",
    "1.5",
    "2s",
    "\"2s\"",
    "\"2 s\"",
    "\"\"",
    "\"exp\"",
    "true",
    "city",
    "self",
    "E::busy",
    "99999999999999999999999",
    "|error| true",
    "{ city }",
    "(3)",
    "f(city)?",
    "return",
    "'a'",
    "b\"2s\"",
    "..",
    "1e400",
    "\"9999999999999999d\"",
    "error.wait().await",
];

/// `key = value`, which may be known to the attribute, or nearly.
fn option() -> impl Strategy<Value = String> {
    let rows = || FAMILY.attributes.iter().flat_map(|attribute| attribute.options);
    let keys: Vec<&str> = rows().flat_map(|row| row.also.iter().copied().chain([row.key])).collect();
    let joined = select(&[" = ", "", ": ", " => ", " == ", "("][..]);
    (select(keys), joined, select(&VALUES[..])).prop_map(|(key, joined, value)| match joined {
        "" => key.to_owned(),
        "(" => format!("{key}({value})"),
        joined => format!("{key}{joined}{value}"),
    })
}

fn signature() -> impl Strategy<Value = String> {
    let before = select(
        &[
            "",
            "pub ",
            "pub(crate) async ",
            "async ",
            "async ",
            "async ",
            "const ",
            "unsafe ",
            "extern \"C\" ",
            "#[track_caller] ",
        ][..],
    );
    let generics = select(&["", "", "", "<'a, T: Clone>", "<const N: usize>", "<"][..]);
    let parameters = vec(select(&PARAMETERS[..]), 0..4).prop_map(|parameters| parameters.join(", "));
    let function =
        (before, generics, parameters, select(&RETURNED[..])).prop_map(|(before, generics, parameters, returned)| {
            format!("{before}fn f{generics}({parameters}) {returned}")
        });
    prop_oneof![20 => function, 1 => soup()]
}

const PARAMETERS: [&str; 17] = [
    "&self",
    "self",
    "&mut self",
    "self: std::sync::Arc<Self>",
    "city: String",
    "city: &str",
    "amount: u32",
    "mut city: String",
    "(a, b): (u32, u32)",
    "Point { x, y: [z, ..] }: Point",
    "_: u32",
    "r#type: Vec<u8>",
    "f: impl Fn(u32) -> u32",
    "#[cfg(test)] a: u32",
    "__arg2: (u32, u32)",
    "...",
    "city",
];

const RETURNED: [&str; 22] = [
    "-> Result<u32, E>",
    "-> Result<u32, E>",
    "-> Result<u32, E>",
    "-> Result<Step<u32>, E>",
    "-> Result<impl A, E>",
    "-> Result<impl Stream<Item = Result<u32, E>>, E>",
    "-> Result<BoxStream<'static, Result<u32, E>>, E>",
    "-> Pin<Box<dyn Future<Output = Result<u32, E>>>>",
    "-> Pin<Box<dyn Future<Output = Result<u32, E>> + Send + '_>>",
    "-> Pin<Box<dyn Future<Output = Result<u32, E>> + Send + '_>>",
    "-> BoxFuture<'_, Result<u32, E>>",
    "-> BoxFuture<'static, Result<u32, E>>",
    "-> impl Future<Output = Result<u32, E>> + Send",
    "-> impl Future<Output = Result<u32, E>>",
    "-> Self::Future",
    "-> Option<u32>",
    "-> u32",
    "-> ()",
    "-> !",
    "",
    "-> <T as A>::B where T: A",
    "-> Result<",
];

fn body() -> impl Strategy<Value = String> {
    let block = (vec(select(&STATEMENTS[..]), 0..4), select(&TAILS[..]))
        .prop_map(|(statements, tail)| format!("{} {tail}", statements.join(" ")));
    let within = (block.clone(), select(&AROUND[..]), vec(select(&STATEMENTS[..]), 0..2))
        .prop_map(|(block, (before, after), statements)| format!("{} {before}{block}{after}", statements.join(" ")));
    prop_oneof![3 => block, 5 => within, 1 => soup()]
}

const STATEMENTS: [&str; 27] = [
    "let city = city;",
    "let __self = self;",
    "let (a, b) = { let __arg2 = __arg2; __arg2 };",
    "let mut city = city;",
    "#[cfg(test)] let city = city;",
    "let city = { send(&city); city };",
    "let city: &str = city;",
    "let ref city = city;",
    "let city = city else { send(1) };",
    "let x = send(\"2\")?;",
    "send(3).await?;",
    "send!(4);",
    "fn g() {}",
    "use std::mem;",
    "const N: u32 = 5;",
    "if let Some(_) = None::<u32> {} else { send(6); }",
    "#[allow(unused)] let y = 7;",
    "if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<u32, E>> { #[allow(unreachable_code)] return __ret; }",
    "if let Some(ret) = None::<Result<u32, E>> { send(8); return ret; }",
    "return Box::pin(send(9));",
    "return Ok(10);",
    "loop { break; }",
    "unsafe { send(11) };",
    "let __ret: Result<u32, E> = { send(12).await };",
    ";",
    "let r = async { 13 };",
    "let",
];

const TAILS: [&str; 22] = [
    "",
    "Ok(20)",
    "Err(E::Busy)?",
    "fetch(city).await",
    "self.fetch(&city).await",
    "Box::pin(fetch(21))",
    "self.fetch(lock(22).city)",
    "Box::pin(self.fetch(&self.city, 23))",
    "fetch(24)",
    "async move { 25 }.boxed()",
    "Pin::from(Box::new(async { 26 }))",
    "match x { 27 => Box::pin(async { Ok(1) }), _ => Box::pin(ready(28)) }",
    "if x { return fetch(29); } else { fetch(30) }",
    "__ret",
    "#[allow(unreachable_code)] __ret",
    "ret",
    "send!(31)",
    "Box::new(f(32)).into()",
    "(fetch(33))",
    "todo!()",
    "city.",
    "unsafe { fetch(34) }",
];

const AROUND: [(&str, &str); 12] = [
    ("Box::pin(async move {", "})"),
    ("Box::pin(async move {", "})"),
    ("Box::pin(async {", "})"),
    ("async move {", "}"),
    ("async {", "}"),
    ("{", "}"),
    ("{ Box::pin(async move {", "}) }"),
    ("'a: {", "}"),
    ("Box::pin(#[allow(unused)] async move {", "})"),
    ("std::boxed::Box::pin(async move {", "})"),
    (
        "Box::pin(async move { if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<u32, E>> { #[allow(unreachable_code)] return __ret; } let city = city; let __ret: Result<u32, E> = {",
        "}; #[allow(unreachable_code)] __ret })",
    ),
    ("return Box::pin(async move {", "});"),
];

/// Tokens in any order, in groups within groups.
fn soup() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 44] = [
        "a", "city", "self", "fn", "async", "move", "let", "return", "match", "if", "else", "await", "mut", "max",
        "clone", "when", "retry", "Box", "r#fn", "'a", "'static", "1", "0.5", "\"2s\"", "'x'", "=", ",", ";", ":",
        "::", ".", "?", "!", "#", "@", "-", ">", "<", "|", "&", "..", "$", "gathered", "ß",
    ];
    let token = select(&TOKENS[..]).prop_map(str::to_owned);
    token.prop_recursive(4, 24, 6, |inner| {
        let open = select(&[("(", ")"), ("[", "]"), ("{", "}"), ("", "")][..]);
        (open, vec(inner, 0..6)).prop_map(|((open, close), inside)| format!("{open} {} {close}", inside.join(" ")))
    })
}
