//! `guarded!` finds each function that is behind `#[requires_approval]`, however it is written. What it refuses is in
//! `tests/ui/guarded`.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, dead_code)]

use reliable::{Fault, guarded, requires_approval, retry, timeout};

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

#[requires_approval(when = amount > 100)]
#[retry(max = 2)]
async fn generic<T: Clone + std::fmt::Debug>(amount: u32, to: &[T]) -> Result<Vec<T>, Fault> {
    Ok(to.iter().take(amount as usize).cloned().collect())
}

#[retry(max = 1)]
#[timeout(secs = 1)]
async fn r#move() -> Result<(), Fault> {
    inner().await
}

#[requires_approval]
async fn inner() -> Result<(), Fault> {
    Ok(())
}

pub(crate) mod tools {
    use super::{Fault, requires_approval};

    /// Documented.
    #[requires_approval]
    pub(crate) async fn send_email(to: &str) -> Result<String, Fault> {
        Ok(to.to_owned())
    }

    pub(crate) mod files {
        use super::{Fault, requires_approval};

        #[requires_approval]
        pub(crate) async fn r#final() -> Result<(), Fault> {
            Ok(())
        }

        #[requires_approval]
        #[cfg(any())]
        pub(crate) async fn r#final() -> Result<(), Fault> {
            Ok(())
        }
    }
}

pub struct Bank<T>(T);

impl<T: Send + Sync> Bank<T> {
    #[requires_approval]
    pub(crate) async fn transfer(&self, amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }

    #[requires_approval]
    pub(self) async fn close(self) -> Result<(), Fault> {
        Ok(())
    }
}

trait Shop {
    async fn order(&self) -> Result<(), Fault>;
    async fn open() -> Result<Box<Self>, Fault>;
}

/// In the `impl` of a trait there is no place for a mark, and none is put there.
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

guarded!(refund, generic, inner, tools::send_email, crate::tools::files::r#final, self::refund);
guarded!(Bank::<u32>::transfer, Bank::<String>::close,);

#[test]
fn a_proof_may_stand_in_a_function() {
    guarded!(refund);
}
