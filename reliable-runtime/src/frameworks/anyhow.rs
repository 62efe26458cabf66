//! What an `anyhow::Error` says about a retry (feature `anyhow`).

use std::error::Error;
use std::io;

use ::anyhow::Error as Anyhow;

use crate::said::chain::and_causes;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::seen::transient::Transient;

/// The first of its causes that knows decides: a [`Fault`], an [`io::Error`], and with the feature `reqwest` an error of that
/// client. An error in which none of them is found is worth a retry, as one of a type that does not say is.
///
/// It can't see what your own error types say: `anyhow` keeps of them that they are errors, and not that they are
/// [`Transient`]. Where that matters, return your own type, or write `when = …`.
///
/// ```
/// use reliable::{Fault, Transient};
/// use std::io;
///
/// # #[cfg(feature = "anyhow")] {
/// let refused = anyhow::Error::from(io::Error::from(io::ErrorKind::ConnectionRefused)).context("no forecast");
/// assert!(refused.is_transient());
/// let missing = anyhow::Error::from(io::Error::from(io::ErrorKind::NotFound)).context("no forecast");
/// assert!(!missing.is_transient());
/// let denied = anyhow::Error::from(Fault::Denied { tool: "send".into(), reason: "no".into() }).context("no mail");
/// assert!(!denied.is_transient());
/// # }
/// ```
impl Transient for Anyhow {
    fn is_transient(&self) -> bool {
        self.fault()
            .map_or_else(|| and_causes(self.as_ref()).find_map(verdict).unwrap_or(true), |kind| kind.is_transient())
    }

    fn fault(&self) -> Option<FaultKind> {
        let error: &(dyn Error + 'static) = self.as_ref();
        Fault::find(error).map(|found| found.kind())
    }
}

fn verdict(error: &(dyn Error + 'static)) -> Option<bool> {
    let of_io = error.downcast_ref::<io::Error>().map(Transient::is_transient);
    #[cfg(feature = "reqwest")]
    let of_io = of_io.or_else(|| error.downcast_ref::<::reqwest::Error>().map(Transient::is_transient));
    of_io
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::inspect::Inspect;

    #[test]
    fn a_policy_sees_what_its_causes_say() {
        let is_transient = |error: Anyhow| Inspect::new(&error).failure().is_transient();
        let io = |kind: io::ErrorKind| Anyhow::from(io::Error::from(kind));
        assert!(is_transient(io(io::ErrorKind::ConnectionReset).context("no forecast").context("no plan")));
        assert!(!is_transient(io(io::ErrorKind::PermissionDenied).context("no forecast")));
        assert!(is_transient(Anyhow::msg("the server said 503")), "it says nothing against a retry");
        let late = || Fault::TimedOut { tool: "forecast".into(), limit: std::time::Duration::from_secs(1) };
        assert!(is_transient(Anyhow::from(late()).context("no plan")));
        let denied = || Fault::Denied { tool: "send".into(), reason: "no".to_owned() };
        assert!(!is_transient(Anyhow::from(denied())));
        assert!(!is_transient(Anyhow::from(io::Error::other(denied())).context("no mail")), "the fault goes first");
    }
}
