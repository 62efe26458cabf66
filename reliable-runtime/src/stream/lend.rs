//! How a stream keeps a breaker or a bulkhead that is given as a value.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::policies::bulkhead::Bulkhead;
use crate::policies::circuit_breaker::CircuitBreaker;

/// What a stream can keep of a value: of a state `P` or a reference to it a reference, which lives as long as the value does, and
/// of an [`Arc`] the `Arc`. Never to be implemented by hand.
///
/// ```
/// use reliable::Bulkhead;
/// use reliable::stream::lend;
/// use std::sync::Arc;
///
/// static PLACES: Bulkhead = Bulkhead::new();
/// let borrowed: &'static Bulkhead = lend::<Bulkhead, _>(&PLACES);
/// let kept: Arc<Bulkhead> = lend::<Bulkhead, _>(&Arc::new(Bulkhead::new()));
/// ```
#[diagnostic::on_unimplemented(
    message = "this is a `{Self}`, and what a stream keeps is a `{P}`, a reference to one, or its `Arc`",
    label = "no `{P}`, and none behind a reference or an `Arc`"
)]
pub trait Lend<P> {
    /// What the stream keeps.
    type Lent<'a>: Deref<Target = P> + Clone
    where
        Self: 'a;

    /// Gives it.
    fn lend(&self) -> Self::Lent<'_>;
}

macro_rules! states {
    ($($state:ty)*) => {$(
        impl Lend<$state> for $state {
            type Lent<'a> = &'a $state;

            fn lend(&self) -> &$state {
                self
            }
        }
    )*};
}

states! { Bulkhead CircuitBreaker }

impl<P> Lend<P> for Arc<P> {
    type Lent<'a>
        = Arc<P>
    where
        P: 'a;

    fn lend(&self) -> Arc<P> {
        Arc::clone(self)
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<P, T: Lend<P>> Lend<P> for $pointer {
            type Lent<'a>
                = T::Lent<'a>
            where
                Self: 'a;

            fn lend(&self) -> T::Lent<'_> {
                T::lend(self)
            }
        }
    )*};
}

pointers! { Box<T> Rc<T> LazyLock<T> }

/// It lives as long as what the reference leads to.
impl<'r, P, T: Lend<P>> Lend<P> for &'r T {
    type Lent<'a>
        = T::Lent<'r>
    where
        Self: 'a;

    fn lend(&self) -> T::Lent<'r> {
        T::lend(self)
    }
}

/// What a stream can keep of a breaker or a bulkhead: see [`Lend`].
pub fn lend<P, T: Lend<P>>(state: &T) -> T::Lent<'_> {
    state.lend()
}
