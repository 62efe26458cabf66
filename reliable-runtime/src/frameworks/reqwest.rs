//! What the errors of the client `reqwest` say about a retry (feature `reqwest`).

use std::io;

use crate::frameworks::http;
use crate::said::chain::causes;
use crate::seen::transient::Transient;

/// The status of an answer counts as in the table of the feature `http`. Without an answer, an error of the connection
/// or a time limit is worth a retry, and so is an answer that broke off; a request that can't be built, a redirect and
/// an answer of an unexpected form are not.
///
/// Its words have the URL in them. What an event or a fault tells of those is without the query and without a password, as of
/// any error, also of one that wraps this one.
///
/// The error has no headers, and so no delay that the server asked for: to obey one, read it from the response, with
/// `reliable::http::retry_after` (feature `http`).
impl Transient for ::reqwest::Error {
    fn is_transient(&self) -> bool {
        if let Some(status) = self.status() {
            return http::is_transient(status, &::reqwest::header::HeaderMap::new());
        }
        let of_the_request = self.is_builder() || self.is_redirect() || self.is_upgrade();
        !of_the_request && (!self.is_decode() || broke_off(self))
    }
}

/// Tells an answer that ended too early from one that can't be understood, which `reqwest` calls by the same name: only
/// below the one there is an error of the connection.
fn broke_off(error: &::reqwest::Error) -> bool {
    causes(error).any(|cause| {
        cause.is::<::reqwest::Error>() || cause.downcast_ref::<io::Error>().is_some_and(Transient::is_transient)
    })
}
