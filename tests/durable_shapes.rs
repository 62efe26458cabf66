//! `#[durable]` on all kinds of functions: each runs without an engine, is recorded once, and read back ever after.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use reliable::durable::{Memory, Recorded};
use reliable::{Event, Fault, Recorder, Scope, approver, durable, fallback, requires_approval, retry, timeout};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

type Outcome<T> = Result<T, String>;

thread_local! {
    static RAN: Cell<u32> = const { Cell::new(0) };
}

/// What each body does in the world.
fn act() {
    RAN.set(RAN.get() + 1);
}

/// The flow without an engine, in a first life that dies behind its first outcome, and in a second: it gives the same, and in
/// the two lives the body runs once.
async fn lives<T: Recorded + Debug + PartialEq, F: Future<Output = T>>(flow: impl Fn() -> F) -> T {
    let plain = flow().await;
    // The first outcome is in the second call's way: there it dies.
    let flow = || async {
        let outcome = flow().await;
        durable::call("second").run(async { Outcome::Ok(()) }).await.unwrap();
        outcome
    };
    let before = RAN.get();
    let memory = Memory::new();
    memory.crash_after(1);
    memory.run("run", flow()).await.expect_err("it dies");
    let recorded = memory.run("run", flow()).await.unwrap();
    assert_eq!(RAN.get() - before, 1, "how often it ran in two lives");
    assert_eq!(recorded, plain);
    recorded
}

fn is_send<T: Send>(value: T) -> T {
    value
}

mod parameters {
    use super::*;

    #[durable]
    async fn owned(whom: String, list: Vec<u32>) -> Outcome<(String, usize)> {
        act();
        let moved = whom;
        Ok((moved, list.len()))
    }

    #[durable]
    async fn mutable(mut whom: String, mut n: u32) -> Outcome<String> {
        act();
        n += 1;
        whom.push_str(&n.to_string());
        Ok(whom)
    }

    #[durable]
    async fn patterns((a, b): (u32, u32), Point { x, .. }: Point, [c, ..]: [u32; 3], _: &str) -> Outcome<u32> {
        act();
        Ok(a + b + x + c)
    }

    #[derive(Clone, Copy)]
    struct Point {
        x: u32,
        _y: u32,
    }

    #[durable(redact(r#type))]
    async fn r#match(r#type: &str, r#loop: u32) -> Outcome<String> {
        act();
        Ok(format!("{type} {loop}", r#type = r#type, r#loop = r#loop))
    }

    #[durable]
    async fn behind_cfg(a: u32, #[cfg(test)] b: u32, #[cfg(any())] c: Nowhere) -> Outcome<u32> {
        act();
        Ok(a + b)
    }

    #[durable]
    async fn implicit(whom: impl Into<String>, shown: impl Display + Clone) -> Outcome<String> {
        act();
        Ok(format!("{} {shown}", whom.into()))
    }

    #[durable]
    async fn generic<T, const N: usize>(values: [T; N], n: usize) -> Outcome<T>
    where
        T: Serialize + DeserializeOwned + Clone + Debug,
    {
        act();
        values.get(n).cloned().ok_or_else(|| "none".to_owned())
    }

    #[durable]
    async fn borrowed<'a, 'b: 'a>(whom: &'a str, what: &'b Mutex<String>) -> Outcome<String> {
        act();
        let what = what.lock().unwrap().clone();
        tokio::task::yield_now().await;
        Ok(whom.to_owned() + &what)
    }

    #[tokio::test(start_paused = true)]
    async fn of_every_kind() {
        assert_eq!(lives(|| owned("ana".to_owned(), vec![1, 2])).await, Ok(("ana".to_owned(), 2)));
        assert_eq!(lives(|| mutable("ana".to_owned(), 1)).await.unwrap(), "ana2");
        let point = Point { x: 4, _y: 8 };
        assert_eq!(lives(|| patterns((1, 2), point, [16, 0, 0], "")).await, Ok(23));
        assert_eq!(lives(|| r#match("t", 3)).await.unwrap(), "t 3");
        assert_eq!(lives(|| behind_cfg(1, 2)).await, Ok(3));
        assert_eq!(lives(|| implicit("ana", 7)).await.unwrap(), "ana 7");
        assert_eq!(lives(|| generic([1, 2], 1)).await, Ok(2));
        assert_eq!(lives(|| generic(["a".to_owned()], 1)).await.unwrap_err(), "none");
        let what = Mutex::new("?".to_owned());
        assert_eq!(lives(|| borrowed("ana", &what)).await.unwrap(), "ana?");
    }

    /// Also where the body moves them, and where they are patterns: they are put into words before it begins.
    #[tokio::test(start_paused = true)]
    async fn are_shown() {
        let memory = Memory::new();
        let flow = async {
            owned("ana".to_owned(), vec![1]).await.unwrap();
            patterns((1, 2), Point { x: 4, _y: 8 }, [16, 0, 0], "").await.unwrap();
            r#match("secret", 3).await.unwrap();
            behind_cfg(1, 2).await.unwrap();
            implicit("ana", 7).await.unwrap();
        };
        memory.run("run", flow).await.unwrap();
        let shown: Vec<_> = memory.show("run").await.unwrap().into_iter().map(|call| call.entry.arguments).collect();
        assert_eq!(
            shown,
            [
                "whom = \"ana\", list = [1]",
                "a = 1, b = 2, x = 4, c = 16",
                "type = <redacted>, loop = 3",
                "a = 1, b = 2",
                "whom = <not shown: &str>, shown = 7",
            ]
        );
    }

    #[durable]
    async fn shown_and_not_sync(n: Cell<u32>, log: Vec<Cell<u8>>) -> Outcome<usize> {
        act();
        let (n, log) = (n, log);
        tokio::task::yield_now().await;
        Ok(n.get() as usize + log.len())
    }

    #[tokio::test(start_paused = true)]
    async fn need_not_be_sync() {
        assert_eq!(is_send(shown_and_not_sync(Cell::new(1), Vec::new())).await, Ok(1));
        assert_eq!(lives(|| shown_and_not_sync(Cell::new(1), Vec::new())).await, Ok(1));
    }
}

mod outcomes {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Receipt {
        number: u32,
    }

    #[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
    enum BankError {
        #[error("busy")]
        Busy,
        #[error(transparent)]
        Fault(#[from] Fault),
    }

    type Paid = Result<Receipt, BankError>;

    #[durable]
    async fn of_own_types(number: u32) -> Paid {
        act();
        if number == 0 {
            return Err(BankError::Busy);
        }
        Ok(Receipt { number })
    }

    #[durable]
    async fn with_question_mark(text: &str) -> Result<u32, Box<str>> {
        act();
        let number: u32 = text.parse().map_err(|_| Box::<str>::from("no number"))?;
        Ok(number)
    }

    #[durable]
    async fn of_one_call(number: u32) -> Paid {
        fetch(number).await
    }

    async fn fetch(number: u32) -> Paid {
        act();
        Ok(Receipt { number })
    }

    #[durable]
    #[retry(max = 3)]
    #[timeout(secs = 1)]
    async fn of_a_stack(number: u32) -> Paid {
        act();
        if number == 0 { std::future::pending().await } else { fetch(number).await }
    }

    /// What is neither `Send` nor `Sync`, and yet may be written down.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(from = "String", into = "String")]
    struct Local(Rc<str>);

    impl Clone for Local {
        fn clone(&self) -> Self {
            Local(Rc::clone(&self.0))
        }
    }

    impl From<String> for Local {
        fn from(text: String) -> Self {
            Local(text.into())
        }
    }

    impl From<Local> for String {
        fn from(local: Local) -> Self {
            local.0.as_ref().to_owned()
        }
    }

    #[durable]
    async fn not_send(n: u32) -> Result<Local, Local> {
        act();
        Ok(Local(n.to_string().into()))
    }

    #[durable]
    async fn unit() -> Outcome<()> {
        act();
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn of_every_kind() {
        assert_eq!(lives(|| of_own_types(1)).await, Ok(Receipt { number: 1 }));
        assert_eq!(lives(|| of_own_types(0)).await, Err(BankError::Busy));
        assert_eq!(lives(|| with_question_mark("7")).await, Ok(7));
        assert_eq!(lives(|| with_question_mark("x")).await.unwrap_err(), "no number".into());
        assert_eq!(lives(|| of_one_call(7)).await, Ok(Receipt { number: 7 }));
        assert_eq!(lives(unit).await, Ok(()));
        assert!(is_send(async { not_send(7).await.is_ok() }).await);
        assert_eq!(lives(|| not_send(7)).await, Ok(Local("7".into())));
        let memory = Memory::new();
        let (first, second) = (memory.run("run", of_a_stack(0)).await, memory.run("run", of_a_stack(0)).await);
        assert_eq!(first, second);
        assert!(matches!(first, Ok(Err(BankError::Fault(Fault::TimedOut { .. })))), "{first:?}");
    }

    #[durable(error = foreign::Error::new)]
    async fn of_another_crate(fails: bool) -> Result<u32, foreign::Error> {
        act();
        if fails { Err(foreign::Error::new("503".to_owned())) } else { Ok(1) }
    }

    mod foreign {
        use super::*;

        /// Without serde.
        #[derive(Debug, PartialEq, thiserror::Error)]
        #[error("{words}")]
        pub(super) struct Error {
            words: String,
            #[source]
            stopped: Option<Fault>,
        }

        impl Error {
            pub(super) fn new(words: String) -> Self {
                Error { words, stopped: None }
            }

            pub(super) fn stopped(fault: Fault) -> Self {
                Error { words: "stopped".to_owned(), stopped: Some(fault) }
            }
        }

        impl From<Fault> for Error {
            fn from(fault: Fault) -> Self {
                Error { words: "from".to_owned(), stopped: Some(fault) }
            }
        }
    }

    #[durable(error = foreign::Error::new, fault = foreign::Error::stopped)]
    #[timeout(secs = 1)]
    async fn stopped() -> Result<u32, foreign::Error> {
        act();
        std::future::pending().await
    }

    #[durable(error = anyhow::Error::msg)]
    #[timeout(secs = 1)]
    async fn with_anyhow(text: &str) -> anyhow::Result<u32> {
        act();
        if text.is_empty() {
            std::future::pending::<()>().await;
        }
        Ok(text.parse()?)
    }

    async fn told<T>(call: impl Future<Output = anyhow::Result<T>>) -> Result<T, String> {
        call.await.map_err(|error| format!("{error:#}"))
    }

    #[tokio::test(start_paused = true)]
    async fn with_an_error_that_cannot_be_written_down() {
        let memory = Memory::new();
        for _ in 1..=2 {
            let outcome =
                memory.run("a", async { of_another_crate(true).await.map_err(|error| error.to_string()) }).await;
            assert_eq!(outcome, Ok(Err("503".to_owned())));
            let outcome = memory.run("b", async { stopped().await.map_err(|error| format!("{error:?}")) }).await;
            let error = outcome.unwrap().unwrap_err();
            assert!(error.contains("words: \"stopped\", stopped: Some(TimedOut"), "{error}");
        }
        assert_eq!(lives(|| told(with_anyhow("7"))).await, Ok(7));
        assert_eq!(lives(|| told(with_anyhow("x"))).await.unwrap_err(), "invalid digit found in string");
        memory.crash_after(1);
        let flow = || async {
            let outcome = with_anyhow("").await.map_err(|error| error.is::<Fault>());
            durable::call("second").run(async { outcome }).await
        };
        memory.run("c", flow()).await.unwrap_err();
        assert_eq!(memory.run("c", flow()).await, Ok(Err(true)), "it comes back as the fault that it was");
    }
}

mod nothing_begins {
    use super::*;

    fn next() -> u32 {
        act();
        1
    }

    /// It acts at once, and not when it is awaited.
    fn begun(n: u32) -> impl Future<Output = Outcome<u32>> {
        act();
        std::future::ready(Ok(n))
    }

    #[durable]
    async fn argument() -> Outcome<u32> {
        std::future::ready(Ok(next())).await
    }

    #[durable]
    async fn future(n: u32) -> Outcome<u32> {
        begun(n).await
    }

    #[durable]
    #[timeout(secs = 1)]
    async fn in_a_timeout(n: u32) -> Outcome<u32> {
        begun(n).await
    }

    #[durable]
    async fn of_a_call(n: u32) -> Outcome<u32> {
        durable::call("inner").run(begun(n)).await
    }

    #[tokio::test(start_paused = true)]
    async fn of_what_is_read_back() {
        assert_eq!(lives(argument).await, Ok(1));
        assert_eq!(lives(|| future(1)).await, Ok(1));
        assert_eq!(lives(|| in_a_timeout(1)).await, Ok(1));
        assert_eq!(lives(|| of_a_call(1)).await, Ok(1));
    }
}

mod receivers {
    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Bank {
        fee: u32,
        name: String,
    }

    impl Bank {
        #[durable]
        async fn by_ref(&self, amount: u32) -> Outcome<u32> {
            act();
            Ok(self.fee + amount)
        }

        #[durable]
        async fn by_value(self, amount: u32) -> Outcome<u32> {
            act();
            let Bank { fee, .. } = self;
            Ok(fee + amount)
        }

        #[durable]
        async fn by_arc(self: Arc<Self>, amount: u32) -> Outcome<u32> {
            act();
            Ok(self.fee + amount)
        }

        #[durable]
        async fn by_rc(self: &Rc<Self>, amount: u32) -> Outcome<u32> {
            act();
            Ok(self.fee + amount)
        }

        #[durable]
        async fn by_pin(self: Pin<&Self>, amount: u32) -> Outcome<u32> {
            act();
            Ok(self.fee + amount)
        }

        #[durable(name = self.name.as_str())]
        async fn named(&self, amount: u32) -> Outcome<u32> {
            act();
            Ok(self.fee + amount)
        }

        #[durable]
        async fn of_fee(fee: u32) -> Outcome<u32> {
            act();
            Ok(Self { fee, ..Self::default() }.fee)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_every_kind() {
        let bank = Bank { fee: 1, name: "the bank".to_owned() };
        let (arc, rc, pin) = (Arc::new(bank.clone()), Rc::new(bank.clone()), Box::pin(bank.clone()));
        assert_eq!(lives(|| bank.by_ref(2)).await, Ok(3));
        assert_eq!(lives(|| bank.clone().by_value(2)).await, Ok(3));
        assert_eq!(lives(|| arc.clone().by_arc(2)).await, Ok(3));
        assert_eq!(lives(|| rc.by_rc(2)).await, Ok(3));
        assert_eq!(lives(|| pin.as_ref().by_pin(2)).await, Ok(3));
        assert_eq!(lives(|| bank.named(2)).await, Ok(3));
        assert_eq!(lives(|| Bank::of_fee(2)).await, Ok(2));
    }

    /// A name that is known at run time is what the call is recorded under.
    #[tokio::test(start_paused = true)]
    async fn a_name_of_its_own_is_what_it_is_known_by() {
        let (memory, recorder) = (Memory::new(), Recorder::new());
        let bank = Bank { fee: 1, name: "the bank".to_owned() };
        let flow = || async {
            let outcome = bank.named(2).await;
            durable::call("second").run(async { outcome }).await
        };
        memory.crash_after(1);
        memory.run("run", flow()).await.unwrap_err();
        let scope = Scope::current().recorder(&recorder);
        scope.run(memory.run("run", flow())).await.unwrap().unwrap();
        let told: Vec<Event> = recorder.report().entries().iter().map(|entry| entry.event.clone()).collect();
        assert_eq!(told, [Event::ReadBack { tool: "the bank".into(), number: 1, same_arguments: true }]);
    }
}

mod boxed {
    use super::*;

    #[durable]
    fn function(n: u32) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send>> {
        Box::pin(async move {
            act();
            Ok(n)
        })
    }

    #[durable]
    fn implicit(n: &u32) -> impl Future<Output = Outcome<u32>> + Send {
        async move {
            act();
            tokio::task::yield_now().await;
            Ok(*n)
        }
    }

    /// What `async_trait` makes of an `async fn`, as it stands above.
    trait Tool {
        fn call<'life0, 'async_trait>(
            &'life0 self,
            n: u32,
        ) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + 'async_trait>>
        where
            'life0: 'async_trait,
            Self: 'async_trait;

        async fn native(&self, n: u32) -> Outcome<u32>;
    }

    struct Bank(u32);

    impl Tool for Bank {
        #[durable]
        fn call<'life0, 'async_trait>(
            &'life0 self,
            n: u32,
        ) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + 'async_trait>>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Outcome<u32>> {
                    #[allow(unreachable_code)]
                    return __ret;
                }
                let __self = self;
                let n = n;
                let __ret: Outcome<u32> = {
                    act();
                    Ok(__self.0 + n)
                };
                #[allow(unreachable_code)]
                __ret
            })
        }

        #[durable]
        async fn native(&self, n: u32) -> Outcome<u32> {
            act();
            Ok(self.0 + n)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn or_in_a_trait() {
        assert_eq!(lives(|| function(1)).await, Ok(1));
        assert_eq!(lives(|| implicit(&1)).await, Ok(1));
        assert_eq!(lives(|| Bank(1).call(1)).await, Ok(2));
        assert_eq!(lives(|| async { Bank(1).native(1).await }).await, Ok(2));
    }
}

mod around {
    use super::*;

    #[fallback(Ok(0))]
    #[durable]
    async fn answered(n: u32) -> Outcome<u32> {
        act();
        if n == 0 { Err("none".to_owned()) } else { Ok(n) }
    }

    #[requires_approval(by = approver::Approve)]
    #[durable]
    async fn approved(whom: String, n: Cell<u32>) -> Outcome<String> {
        act();
        let n = n;
        tokio::task::yield_now().await;
        Ok(format!("{whom} {}", n.get()))
    }

    #[fallback(Ok(name))]
    #[durable]
    #[retry(max = 1)]
    async fn all(name: String) -> Outcome<String> {
        act();
        if name.is_empty() { Err("none".to_owned()) } else { Ok(name.clone()) }
    }

    #[tokio::test(start_paused = true)]
    async fn others_decide_from_what_is_recorded() {
        assert_eq!(lives(|| answered(1)).await, Ok(1));
        assert_eq!(lives(|| all("ana".to_owned())).await.unwrap(), "ana");
        assert_eq!(is_send(approved("ana".to_owned(), Cell::new(1))).await.unwrap(), "ana 1");
    }
}

mod a_key {
    use super::*;

    #[durable(idempotency_key)]
    async fn pay(fails: bool) -> Outcome<String> {
        act();
        if fails { Err(idempotency_key.to_string()) } else { Ok(idempotency_key.to_string()) }
    }

    #[durable(idempotency_key)]
    #[retry(max = 2)]
    async fn retried(seen: &Mutex<Vec<String>>) -> Outcome<u32> {
        seen.lock().unwrap().push(idempotency_key.to_string());
        Err("503".to_owned())
    }

    #[durable(idempotency_key)]
    async fn killed(seen: &Mutex<Vec<String>>) -> Outcome<()> {
        seen.lock().unwrap().push(idempotency_key.to_string());
        if seen.lock().unwrap().len() == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    #[durable]
    async fn around() -> Outcome<(String, String)> {
        Ok((pay(false).await?, pay(false).await?))
    }

    #[fallback(Ok(error))]
    #[durable(idempotency_key, error = String::from)]
    async fn answered() -> Outcome<String> {
        Err(idempotency_key.to_string())
    }

    #[tokio::test(start_paused = true)]
    async fn is_the_same_after_a_restart() {
        let (memory, seen) = (Memory::new(), Mutex::default());
        let life = memory.run("run", killed(&seen));
        // The process dies while the body runs.
        tokio::time::timeout(std::time::Duration::from_secs(1), life).await.unwrap_err();
        memory.run("run", killed(&seen)).await.unwrap().unwrap();
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0], seen[1]);
    }

    #[tokio::test(start_paused = true)]
    async fn is_the_same_at_each_attempt() {
        for engine in [None, Some(Memory::new())] {
            let seen = Mutex::default();
            match engine {
                None => retried(&seen).await.unwrap_err(),
                Some(memory) => memory.run("run", retried(&seen)).await.unwrap().unwrap_err(),
            };
            let mut seen = seen.into_inner().unwrap();
            assert_eq!(seen.len(), 3);
            seen.dedup();
            assert_eq!(seen.len(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn is_another_one_for_each_call_and_each_run() {
        let memory = Memory::new();
        let two = || async { [pay(false).await.unwrap(), pay(true).await.unwrap_err()] };
        let mut all: Vec<String> = Vec::new();
        all.extend(memory.run("a", two()).await.unwrap());
        all.extend(memory.run("b", two()).await.unwrap());
        // A run of the same name, in another store: an id can be guessed, and a key not.
        all.extend(Memory::new().run("a", two()).await.unwrap());
        all.extend(two().await);
        let (inner, other) = memory.run("c", around()).await.unwrap().unwrap();
        all.extend([inner, other]);
        all.push(memory.run("d", answered()).await.unwrap().unwrap());
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), 11, "{all:?}");
        assert_eq!(memory.run("a", two()).await.unwrap(), [all[0].clone(), all[1].clone()]);
    }
}
