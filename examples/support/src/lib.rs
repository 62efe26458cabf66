//! What the examples over HTTP have in common: the HTTP side of a tool, and a server that misbehaves.

pub mod api;
pub mod server;
