//! What tells two calls apart, whatever is shown of them.

use std::fmt;

/// A keyed digest of a call: of the function's path and of all its arguments, those that nobody is shown among them.
///
/// Two calls of which it is the same are the same call. It is made with a key that the process draws and keeps, so nobody
/// finds an argument again by trying, and it means nothing in another process.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct Remembers;
///
/// impl Approver for Remembers {
///     async fn review(&self, request: &Request) -> Decision {
///         match request.digest {
///             Some(digest) => println!("the same call has {digest}, however often it comes"),
///             None => println!("no other call can be known to be this one"),
///         }
///         Decision::deny("nobody is asked here")
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Digest([u8; 16]);

impl Digest {
    pub(crate) fn new([first, second]: [u64; 2]) -> Self {
        Digest(((u128::from(first) << u64::BITS) | u128::from(second)).to_be_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
