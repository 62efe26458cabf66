//! `#[durable]`: a call whose outcome is written down once, and read ever after.

mod live;

use std::any::type_name;
use std::future::Future;
use std::sync::Arc;

use crate::durable::call::live::{Calling, Live};
use crate::durable::flow::{Flow, Here};
use crate::durable::recorded::{AsItIs, ByWords, Recorded, in_words};
use crate::said::fault::{ByFn, ByFrom, Fault, FromFault};
use crate::said::idempotency::IdempotencyKey;
use crate::said::name::ToolName;
use crate::said::request::Argument;
use crate::said::told::Told;
use crate::said::words;

/// A recorded call of `tool`: its outcome is written down once, and read back whenever the run comes here again. Without an
/// engine, and inside of another recorded call, the body just runs.
///
/// It is what `#[durable]` writes; by hand it looks like this:
///
/// ```
/// use reliable::durable::{self, Memory};
/// # use std::cell::Cell;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let paid = Cell::new(0);
/// let pay = async || durable::call("pay").run(async {
///     paid.set(paid.get() + 1);
///     Ok::<u32, String>(42)
/// }).await;
/// let memory = Memory::new();
/// for life in 1..=2 {
///     assert_eq!(memory.run("trip-42", pay()).await.unwrap(), Ok(42), "in life {life}");
/// }
/// assert_eq!(paid.get(), 1);
/// # }
/// ```
pub fn call(tool: impl Into<ToolName>) -> Call {
    Call {
        live: match Here::now() {
            Here::Plain | Here::Leaf(_) => None,
            Here::Flow(flow) => Some(Box::new(Live::new(flow, tool.into()))),
        },
    }
}

/// The same where it is known that it is in this flow.
pub(super) fn call_in(flow: Arc<Flow>, tool: ToolName) -> Call {
    Call { live: Some(Box::new(Live::new(flow, tool))) }
}

/// A call that is to be recorded; see [`call`] for an example.
#[derive(Debug)]
#[must_use = "nothing runs before `run`"]
pub struct Call {
    live: Option<Box<Live>>,
}

/// The arguments of a recorded call, in words for whoever reads the store; see [`Call::shown`].
#[derive(Debug, Default)]
pub struct Shown(Vec<Argument>);

impl Call {
    /// Which function it is: the path of this closure, which is never called, tells. It comes before
    /// [`in_module`](Call::in_module).
    #[inline]
    pub fn here<F: FnOnce()>(mut self, here: F) -> Call {
        let _ = here;
        if let Some(live) = &mut self.live {
            live.here = Some(type_name::<F>());
        }
        self
    }

    /// The module where the function is: with it, two functions of one name in two modules are not the same, and two methods of
    /// one name are not if it comes after [`here`](Call::here). It is `module_path!()` in what `#[durable]` writes, unless it
    /// has a `name`. It comes before [`idempotency_key`](Call::idempotency_key): behind it, the call has its place, and keeps
    /// it.
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    ///
    /// struct Bank;
    ///
    /// impl Bank {
    ///     async fn pay(&self) -> Result<u32, String> {
    ///         durable::call("pay").here(|| {}).in_module(module_path!()).run(async { Ok(42) }).await
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let memory = Memory::new();
    /// memory.run("trip-42", async { Bank.pay().await }).await.unwrap().unwrap();
    /// assert!(memory.show("trip-42").await.unwrap()[0].place.tool.ends_with("::Bank::pay"));
    /// # }
    /// ```
    #[inline]
    pub fn in_module(mut self, module: &str) -> Call {
        if let Some(live) = &mut self.live {
            live.is_in(module);
        }
        self
    }

    /// Says what the arguments are. It is called only where the call is recorded.
    ///
    /// ```
    /// # async fn f(booking: u32) -> Result<u32, String> {
    /// reliable::durable::call("pay")
    ///     .shown(|call| call.show("booking", booking.to_string()).redact("card"))
    ///     .run(async { Ok(booking) })
    ///     .await
    /// # }
    /// ```
    pub fn shown(mut self, show: impl FnOnce(Shown) -> Shown) -> Call {
        if let Some(live) = &mut self.live {
            live.arguments = in_words(&show(Shown::default()).0);
        }
        self
    }

    /// Runs the body, or gives what is recorded of it. What it gives is in both cases what was written, and read again.
    pub fn run<T, E, F>(self, body: F) -> impl Future<Output = Result<T, E>> + use<T, E, F>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        E: Recorded,
    {
        Calling { body, live: self.begun(), form: AsItIs }
    }

    /// The same for an error type that can't be written down: what is recorded of it is its words, of which `error` makes one
    /// again, and the fault in it, if there is one, which comes back as a fault.
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    /// use reliable::expansion::Inspect;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// type Foreign = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// let fails = || durable::call("pay").run_with(
    ///     async { Err::<u32, Foreign>("503".into()) },
    ///     |words| words.into(),
    ///     |error| Inspect::new(error).told(),
    /// );
    /// let error = Memory::new().run("trip-42", async { fails().await.unwrap_err().to_string() }).await;
    /// assert_eq!(error.unwrap(), "503");
    /// # }
    /// ```
    pub fn run_with<T, E, F, M, L>(
        self,
        body: F,
        error: M,
        look: L,
    ) -> impl Future<Output = Result<T, E>> + use<T, E, F, M, L>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        E: FromFault,
        M: Fn(String) -> E,
        L: Fn(&E) -> Told,
    {
        Calling { body, live: self.begun(), form: ByWords { error, fault: ByFrom, look } }
    }

    /// The same for an error type that has no `From<Fault>` either: `fault` makes an error of the fault.
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    /// use reliable::expansion::Inspect;
    /// use reliable::Fault;
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// enum BankError {
    ///     #[error("{0}")]
    ///     Said(String),
    ///     #[error("stopped: {0}")]
    ///     Stopped(#[source] Fault),
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let fault = Fault::StepLimit { agent: "assistant".into(), max_steps: 8 };
    /// let fails = || durable::call("pay").run_with_fault(
    ///     async { Err::<u32, _>(BankError::Stopped(fault.clone())) },
    ///     BankError::Said,
    ///     BankError::Stopped,
    ///     |error| Inspect::new(error).told(),
    /// );
    /// let error = Memory::new().run("trip-42", async { fails().await.unwrap_err().to_string() }).await;
    /// assert_eq!(error.unwrap(), "stopped: `assistant` stopped at its limit of 8 steps");
    /// # }
    /// ```
    pub fn run_with_fault<T, E, F, M, I, L>(
        self,
        body: F,
        error: M,
        fault: I,
        look: L,
    ) -> impl Future<Output = Result<T, E>> + use<T, E, F, M, I, L>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        M: Fn(String) -> E,
        I: Fn(Fault) -> E,
        L: Fn(&E) -> Told,
    {
        Calling { body, live: self.begun(), form: ByWords { error, fault: ByFn(fault), look } }
    }

    /// What tells a service that a request is the same one again: the key of this call, the same after a restart, and another
    /// one for each other call. It comes of the random seed of the run, and of the place of the call in it. Without an
    /// engine, and inside of another recorded call, it is a new one.
    ///
    /// It is what `#[durable(idempotency_key)]` writes:
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    ///
    /// async fn pay() -> Result<String, String> {
    ///     let mut call = durable::call("pay");
    ///     let idempotency_key = call.idempotency_key();
    ///     call.run(async { Ok(idempotency_key.to_string()) }).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_ne!(Memory::new().run("trip-42", pay()).await.unwrap(), Memory::new().run("trip-42", pay()).await.unwrap());
    /// # }
    /// ```
    pub fn idempotency_key(&mut self) -> IdempotencyKey {
        self.live.as_mut().map_or_else(IdempotencyKey::new, |live| {
            live.begin();
            live.idempotency_key()
        })
    }

    /// Takes its place.
    #[inline]
    fn begun(self) -> Option<Box<Live>> {
        self.live.map(|mut live| {
            live.begin();
            live
        })
    }
}

impl Shown {
    /// An argument, in words.
    pub fn show(self, name: &'static str, value: impl Into<Option<String>>) -> Self {
        match value.into() {
            Some(value) => self.argument(name, Some(words::shown_text(value))),
            None => self,
        }
    }

    /// An argument by its name, without its value.
    pub fn redact(self, name: &'static str) -> Self {
        self.argument(name, None)
    }

    fn argument(mut self, name: &'static str, value: Option<String>) -> Self {
        self.0.push(Argument { name: name.into(), value, editable: false });
        self
    }
}
