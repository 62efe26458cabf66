//! The attributes of `reliable`. Use them through the `reliable` crate, whose documentation begins at the beginning.
//!
//! Each attribute has a file of its own in `attributes`, which says what it is, reads its options, and wraps the body; the
//! module `stack` puts the attributes of one function together, and `family` lists them. What they expand into is in
//! `reliable-runtime`. The documentation of each is in `docs`.

#![deny(missing_docs)]
#![warn(unreachable_pub)]

/// One file each: the options that it knows, how they are read and checked, and what is put around the body.
mod attributes {
    pub(crate) mod agent;
    pub(crate) mod approval;
    pub(crate) mod bulkhead;
    pub(crate) mod call_limit;
    pub(crate) mod chaos;
    pub(crate) mod circuit_breaker;
    pub(crate) mod durable;
    pub(crate) mod failover;
    pub(crate) mod fallback;
    pub(crate) mod hedge;
    mod idempotency_key;
    pub(crate) mod policy;
    pub(crate) mod rate_limit;
    pub(crate) mod retry;
    pub(crate) mod timeout;
    pub(crate) mod transient;
}
mod errors;
mod family;
mod frameworks;
mod function;
#[cfg(test)]
mod fuzz;
mod options;
mod stack;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use attributes::{approval, transient};
use family::FAMILY;

fn expand(attribute: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&FAMILY, attribute, args.into(), item.into()).into()
}

#[doc = include_str!("docs/retry.md")]
#[proc_macro_attribute]
pub fn retry(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("retry", args, item)
}

#[doc = include_str!("docs/timeout.md")]
#[proc_macro_attribute]
pub fn timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("timeout", args, item)
}

#[doc = include_str!("docs/fallback.md")]
#[proc_macro_attribute]
pub fn fallback(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("fallback", args, item)
}

#[doc = include_str!("docs/failover.md")]
#[proc_macro_attribute]
pub fn failover(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("failover", args, item)
}

#[doc = include_str!("docs/requires_approval.md")]
#[proc_macro_attribute]
pub fn requires_approval(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("requires_approval", args, item)
}

#[doc = include_str!("docs/circuit_breaker.md")]
#[proc_macro_attribute]
pub fn circuit_breaker(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("circuit_breaker", args, item)
}

#[doc = include_str!("docs/durable.md")]
#[proc_macro_attribute]
pub fn durable(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("durable", args, item)
}

#[doc = include_str!("docs/policy.md")]
#[proc_macro_attribute]
pub fn policy(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("policy", args, item)
}

#[doc = include_str!("docs/bulkhead.md")]
#[proc_macro_attribute]
pub fn bulkhead(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("bulkhead", args, item)
}

#[doc = include_str!("docs/rate_limit.md")]
#[proc_macro_attribute]
pub fn rate_limit(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("rate_limit", args, item)
}

#[doc = include_str!("docs/call_limit.md")]
#[proc_macro_attribute]
pub fn call_limit(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("call_limit", args, item)
}

#[doc = include_str!("docs/hedge.md")]
#[proc_macro_attribute]
pub fn hedge(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("hedge", args, item)
}

/// Marks a place where a plan can inject failures, in tests and drills.
///
// Without the feature there is nothing to compile the example against.
#[cfg_attr(feature = "chaos", doc = concat!("```rust\n", include_str!("docs/chaos_example.txt"), "```\n"))]
#[cfg_attr(not(feature = "chaos"), doc = concat!("```ignore\n", include_str!("docs/chaos_example.txt"), "```\n"))]
#[doc = include_str!("docs/chaos.md")]
#[proc_macro_attribute]
pub fn chaos(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("chaos", args, item)
}

#[doc = include_str!("docs/agent.md")]
#[proc_macro_attribute]
pub fn agent(args: TokenStream, item: TokenStream) -> TokenStream {
    expand("agent", args, item)
}

#[doc = include_str!("docs/transient.md")]
#[proc_macro_derive(Transient, attributes(transient, source))]
pub fn derive_transient(item: TokenStream) -> TokenStream {
    transient::derive(item.into()).into()
}

#[doc = include_str!("docs/guarded.md")]
#[proc_macro]
pub fn guarded(functions: TokenStream) -> TokenStream {
    approval::proof::prove(functions.into()).into()
}
