//! The attributes of `reliable`.

mod agent;
mod approval;
mod classify;
mod code;
mod errors;
mod fallback;
mod function;
mod options;
mod order;
mod retry;
mod setting;
mod stack;
#[cfg(test)]
mod tests;
mod timeout;
mod values;

use proc_macro::TokenStream;
use stack::{Kind, expand};

/// a
#[proc_macro_attribute]
pub fn retry(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Retry, args.into(), item.into()).into()
}
/// a
#[proc_macro_attribute]
pub fn timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Timeout, args.into(), item.into()).into()
}
/// a
#[proc_macro_attribute]
pub fn fallback(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Fallback, args.into(), item.into()).into()
}
/// a
#[proc_macro_attribute]
pub fn requires_approval(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Approval, args.into(), item.into()).into()
}
/// a
#[proc_macro_attribute]
pub fn agent(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Agent, args.into(), item.into()).into()
}
