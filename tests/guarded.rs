//! `guarded!` proves each function that is behind `#[requires_approval(guarded)]`, however it is written. What it refuses
//! is in `tests/ui/guarded`.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, dead_code)]

use reliable::{Fault, guarded, requires_approval, retry, timeout};

#[requires_approval(guarded)]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

#[requires_approval(when = amount > 100, guarded)]
#[retry(max = 2)]
async fn generic<T: Clone + std::fmt::Debug>(amount: u32, to: &[T], by: impl Fn() + Sync) -> Result<Vec<T>, Fault> {
    by();
    Ok(to.iter().take(amount as usize).cloned().collect())
}

#[retry(max = 1)]
#[timeout(secs = 1)]
async fn r#move() -> Result<(), Fault> {
    inner().await
}

#[requires_approval(guarded)]
async fn inner() -> Result<(), Fault> {
    Ok(())
}

/// Names that other things have, too: a crate, something of the prelude, a module beside it.
mod names {
    use super::{Fault, requires_approval};

    #[requires_approval(guarded)]
    pub async fn std() -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval(guarded)]
    pub async fn drop() -> Result<(), Fault> {
        refund::nothing();
        Ok(())
    }

    pub mod refund {
        pub fn nothing() {}
    }

    /// Not the function of the same name outside.
    #[requires_approval(guarded)]
    pub async fn refund() -> Result<u32, Fault> {
        Ok(1)
    }

    #[requires_approval(guarded)]
    pub async fn pay() -> Result<u32, Fault> {
        Ok(1)
    }

    #[allow(non_snake_case)]
    #[requires_approval(guarded)]
    pub async fn Pay() -> Result<u32, Fault> {
        Ok(1)
    }

    #[requires_approval(guarded)]
    pub async fn straße() -> Result<u32, Fault> {
        Ok(1)
    }

    super::guarded!(std, self::drop, self::pay, super::refund, super::names::refund, crate::names::Pay);
}

/// A module that is called like a crate, and a function that has the name of its module.
mod core {
    use super::{Fault, requires_approval};

    #[requires_approval(guarded)]
    pub async fn core() -> Result<(), Fault> {
        Ok(())
    }
}

pub(crate) mod tools {
    use super::{Fault, requires_approval};

    /// Documented.
    #[requires_approval(guarded)]
    #[inline]
    #[cfg_attr(all(), cold)]
    #[allow(clippy::let_and_return)]
    pub(crate) async fn send_email(to: &str) -> Result<String, Fault> {
        Ok(to.to_owned())
    }

    pub(crate) mod files {
        use super::{Fault, requires_approval};

        #[requires_approval(guarded)]
        pub(crate) async fn r#final() -> Result<(), Fault> {
            Ok(())
        }

        #[requires_approval(guarded)]
        #[cfg(any())]
        pub(crate) async fn r#final() -> Result<(), Fault> {
            Ok(())
        }

        #[requires_approval(guarded)]
        pub(in crate::tools) async fn only_here() -> Result<(), Fault> {
            Ok(())
        }

        /// Speaks of a `Self` that is not its own, and is a free function all the same.
        #[requires_approval(guarded)]
        pub(crate) async fn with_an_item() -> Result<(), Fault> {
            struct Unit;
            impl Unit {
                fn new() -> Self {
                    Self
                }
            }
            let Unit = Unit::new();
            Ok(())
        }
    }

    super::guarded!(files::only_here);
}

/// Brings all that is in `tools` along, the proofs, too.
mod facade {
    pub(crate) use super::tools::*;
}

pub struct Bank<T>(T);

impl<T: Send + Sync> Bank<T> {
    #[requires_approval(guarded)]
    pub(crate) async fn transfer(&self, amount: u32, to: impl Into<String> + Send) -> Result<(u32, String), Fault> {
        Ok((amount, to.into()))
    }

    #[requires_approval(guarded)]
    pub(self) async fn close(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Bank<u8> {
    #[requires_approval(guarded)]
    pub(crate) async fn pay(&self) -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval(guarded)]
    pub(crate) async fn both(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Bank<u16> {
    pub(crate) async fn pay(&self) -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval(guarded)]
    pub(crate) async fn both(&self) -> Result<(), Fault> {
        Ok(())
    }
}

pub struct Desk<'a>(&'a str);

impl Desk<'_> {
    #[requires_approval(guarded)]
    pub(crate) async fn open(name: &str) -> Result<usize, Fault> {
        Ok(size_of::<Self>() + name.len())
    }
}

trait Shop {
    async fn order(&self) -> Result<(), Fault>;
    async fn open() -> Result<Box<Self>, Fault>;
}

impl Shop for Bank<u32> {
    #[requires_approval]
    async fn order(&self) -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval]
    async fn open() -> Result<Box<Self>, Fault> {
        Ok(Box::new(Bank(1)))
    }
}

guarded!(
    refund,
    generic,
    inner,
    tools::send_email,
    crate::tools::files::r#final,
    self::refund,
    names::refund,
    names::straße,
    core::core
);
guarded!(tools::files::with_an_item, facade::send_email, facade::files::r#final);
guarded!(
    Bank::<u32>::transfer,
    Bank::<String>::close,
    <Bank<u8>>::pay,
    Bank::<u8>::both,
    Bank::<u16>::both,
    Desk::<'_>::open,
);

#[test]
fn a_proof_may_stand_in_a_function() {
    guarded!(refund);
}
