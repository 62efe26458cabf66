//! The shapes of functions that the attributes must take as they are: the list on which sixteen other macros were tried.

#![deny(warnings, clippy::all, clippy::pedantic)]
// About the little functions themselves, with or without attributes.
#![allow(clippy::unused_async, clippy::unnecessary_wraps)]

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt::Display;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use reliable::{Fault, fallback, requires_approval, retry, timeout};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Parse(#[from] std::num::ParseIntError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

type Res<T> = Result<T, Error>;

/// Fails twice, then succeeds: the third call is the first good one.
#[derive(Default)]
struct Flaky {
    calls: AtomicU32,
}

impl Flaky {
    fn call(&self) -> Result<u32, Error> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            n @ 3.. => Ok(n),
            _ => Err(Error::Busy),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_arguments_and_a_question_mark() {
    static FLAKY: Flaky = Flaky { calls: AtomicU32::new(0) };
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f() -> Result<u32, Error> {
        let n = FLAKY.call()?;
        Ok(n)
    }
    assert_eq!(f().await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_moves_its_argument() {
    #[retry(max = 2, clone(s))]
    #[timeout(secs = 1)]
    async fn f(s: String, flaky: &Flaky) -> Result<String, Error> {
        let mut moved = s;
        moved.push_str(&flaky.call()?.to_string());
        Ok(moved)
    }
    assert_eq!(f("n".to_owned(), &Flaky::default()).await.unwrap(), "n3");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_moves_all_its_owned_arguments() {
    #[retry(max = 2, clone)]
    async fn f(s: String, (a, b): (String, u32), flaky: &Flaky) -> Result<String, Error> {
        let n = flaky.call()?;
        Ok(s + &a + &(b + n).to_string())
    }
    assert_eq!(f("x".to_owned(), ("y".to_owned(), 1), &Flaky::default()).await.unwrap(), "xy4");
}

#[tokio::test(start_paused = true)]
async fn an_owned_argument_that_is_only_borrowed() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    #[allow(clippy::needless_pass_by_value)]
    async fn f(s: String, flaky: &Flaky) -> Result<usize, Error> {
        flaky.call()?;
        Ok(s.len())
    }
    assert_eq!(f("four".to_owned(), &Flaky::default()).await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_str_argument() {
    #[fallback(other)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(s: &str, flaky: &Flaky) -> Result<usize, Error> {
        flaky.call()?;
        Ok(s.len())
    }
    async fn other(_: &str, _: &Flaky) -> Result<usize, Error> {
        Ok(0)
    }
    assert_eq!(f("four", &Flaky::default()).await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_mut_argument_where_nothing_is_repeated() {
    #[timeout(secs = 1)]
    async fn f(mut v: Vec<u32>) -> Result<usize, Error> {
        v.push(1);
        Ok(v.len())
    }
    assert_eq!(f(vec![0]).await.unwrap(), 2);
}

struct Client {
    flaky: Flaky,
    calls: u32,
    name: String,
}

impl Client {
    fn new() -> Self {
        Client { flaky: Flaky::default(), calls: 0, name: "ana".to_owned() }
    }

    #[fallback(Self::other)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn by_reference(&self, n: u32) -> Result<u32, Error> {
        Ok(self.flaky.call()? + n)
    }

    async fn other(&self, n: u32) -> Result<u32, Error> {
        self.flaky.call().map(|_| n)
    }

    #[fallback(Self::other_mut)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn by_mutable_reference(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        self.flaky.call()?;
        Ok(self.calls)
    }

    async fn other_mut(&mut self) -> Result<u32, Error> {
        self.calls = 0;
        Ok(0)
    }

    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn by_value(self) -> Result<u32, Error> {
        self.flaky.call()
    }

    #[timeout(secs = 1)]
    async fn by_mutable_value(mut self) -> Result<String, Error> {
        self.name.push('!');
        Ok(self.name)
    }

    #[retry(max = 2)]
    async fn boxed(self: Box<Self>) -> Result<u32, Error> {
        self.flaky.call()
    }

    #[timeout(secs = 1)]
    async fn borrows_from_self(&mut self) -> Result<&mut String, Error> {
        Ok(&mut self.name)
    }
}

#[tokio::test(start_paused = true)]
async fn methods_with_every_receiver() {
    assert_eq!(Client::new().by_reference(1).await.unwrap(), 4);
    assert_eq!(Client::new().by_mutable_reference().await.unwrap(), 3);
    assert_eq!(Client::new().by_value().await.unwrap(), 3);
    assert_eq!(Client::new().by_mutable_value().await.unwrap(), "ana!");
    assert_eq!(Box::new(Client::new()).boxed().await.unwrap(), 3);
    assert_eq!(Client::new().borrows_from_self().await.unwrap(), "ana");
}

#[tokio::test(start_paused = true)]
async fn a_generic_argument() {
    #[fallback(other)]
    #[retry(max = 2, clone(t))]
    #[timeout(secs = 1)]
    async fn f<T: Clone + Display>(t: T, flaky: &Flaky) -> Result<String, Error> {
        let moved = t;
        flaky.call().map(|n| format!("{moved}{n}"))
    }
    async fn other<T: Display>(t: T, _: &Flaky) -> Result<String, Error> {
        Ok(t.to_string())
    }
    assert_eq!(f('c', &Flaky::default()).await.unwrap(), "c3");
}

#[tokio::test(start_paused = true)]
async fn a_where_clause_and_a_const_generic() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f<T, const N: usize>(items: [T; N], flaky: &Flaky) -> Result<usize, Error>
    where
        T: Copy + Into<usize>,
    {
        flaky.call()?;
        Ok(items.iter().map(|item| (*item).into()).sum::<usize>() + N)
    }
    assert_eq!(f([1_u8, 2], &Flaky::default()).await.unwrap(), 5);
}

#[tokio::test(start_paused = true)]
async fn impl_trait_as_an_argument_and_inside_the_result() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(s: impl Display + Clone, flaky: &Flaky) -> Result<impl Display, Error> {
        flaky.call()?;
        Ok(s.to_string())
    }
    #[timeout(secs = 1)]
    async fn g(f: impl Fn(u32) -> u32) -> Result<Vec<impl Fn() -> u32>, Error> {
        let n = f(1);
        Ok(vec![move || n])
    }
    assert_eq!(f("x", &Flaky::default()).await.unwrap().to_string(), "x");
    assert_eq!(g(|n| n + 1).await.unwrap()[0](), 2);
}

#[tokio::test(start_paused = true)]
async fn a_return_that_a_macro_hides_stays_in_the_loop() {
    macro_rules! fail {
        () => {
            return Err(Error::Busy)
        };
    }
    #[retry(max = 2)]
    async fn f(calls: &Cell<u32>) -> Result<u32, Error> {
        calls.set(calls.get() + 1);
        if calls.get() < 3 {
            fail!()
        }
        Ok(calls.get())
    }
    assert_eq!(f(&Cell::new(0)).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_break_and_a_continue_are_those_of_the_bodys_own_loop() {
    #[retry(max = 2)]
    async fn f(calls: &Cell<u32>) -> Result<u32, Error> {
        loop {
            calls.set(calls.get() + 1);
            if calls.get() % 2 == 1 {
                continue;
            }
            break if calls.get() < 6 { Err(Error::Busy) } else { Ok(calls.get()) };
        }
    }
    assert_eq!(f(&Cell::new(0)).await.unwrap(), 6);
}

#[tokio::test(start_paused = true)]
async fn early_return_and_question_mark_both_stay_in_the_loop() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(flaky: &Flaky, early: bool) -> Result<u32, Error> {
        if early {
            return flaky.call();
        }
        let n = flaky.call()?;
        if n == 0 {
            return Err(Error::Busy);
        }
        Ok(n)
    }
    assert_eq!(f(&Flaky::default(), true).await.unwrap(), 3);
    assert_eq!(f(&Flaky::default(), false).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_same_kind_twice_where_it_means_something() {
    #[fallback(Ok(8))]
    #[fallback(other)]
    #[timeout(secs = 10)]
    #[retry(max = 1)]
    #[timeout(secs = 1)]
    async fn f() -> Result<u32, Error> {
        std::future::pending().await
    }
    async fn other() -> Result<u32, Error> {
        Err(Error::Busy)
    }
    assert_eq!(f().await.unwrap(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_spawned_task() {
    #[fallback(other)]
    #[requires_approval(by = reliable::approver::Approve)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(flaky: &Flaky) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        flaky.call()
    }
    async fn other(_: &Flaky) -> Result<u32, Error> {
        Ok(0)
    }
    let task = tokio::spawn(async { f(&Flaky::default()).await });
    assert_eq!(task.await.unwrap().unwrap(), 3);
}

trait Tool {
    async fn call(&mut self, n: u32) -> Result<u32, Error>;
}

impl Tool for Client {
    #[fallback(Ok(0))]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn call(&mut self, n: u32) -> Result<u32, Error> {
        self.calls += n;
        self.flaky.call()?;
        Ok(self.calls)
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_of_a_native_async_trait() {
    assert_eq!(Client::new().call(2).await.unwrap(), 6);
}

struct Args {
    city: String,
    days: u32,
}

struct Parameters<T>(T);

#[tokio::test(start_paused = true)]
async fn destructured_arguments() {
    #[fallback(other)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f((a, b): (u32, u32), Parameters(Args { city, days }): Parameters<Args>) -> Result<usize, Error> {
        if city.is_empty() {
            return Err(Error::Busy);
        }
        Ok((a + b + days) as usize + city.len())
    }
    async fn other((a, b): (u32, u32), Parameters(args): Parameters<Args>) -> Result<usize, Error> {
        Ok((a * b + args.days) as usize)
    }
    #[retry(max = 2)]
    async fn ignores(_: u32, Parameters(Args { days, .. }): Parameters<Args>, [x, ..]: [u32; 2]) -> Result<u32, Error> {
        Ok(days + x)
    }
    let args = |city: &str| Parameters(Args { city: city.to_owned(), days: 1 });
    assert_eq!(f((1, 2), args("Oslo")).await.unwrap(), 8);
    assert_eq!(f((3, 2), args("")).await.unwrap(), 7);
    assert_eq!(ignores(0, args("Oslo"), [5, 6]).await.unwrap(), 6);
}

#[tokio::test(start_paused = true)]
async fn aliases_of_result() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn alias(flaky: &Flaky) -> Res<u32> {
        flaky.call()
    }
    #[fallback(Ok(0))]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn io_result(flaky: &Flaky) -> io::Result<u32> {
        flaky.call().map_err(io::Error::other)
    }
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn anyhow_result(flaky: &Flaky) -> anyhow::Result<u32> {
        Ok(flaky.call()?)
    }
    assert_eq!(alias(&Flaky::default()).await.unwrap(), 3);
    assert_eq!(io_result(&Flaky::default()).await.unwrap(), 3);
    assert_eq!(anyhow_result(&Flaky::default()).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_borrowed_return_value() {
    #[fallback(other)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn named<'a>(items: &'a [String], flaky: &Flaky) -> Result<&'a str, Error> {
        flaky.call()?;
        Ok(&items[0])
    }
    async fn other<'a>(_: &'a [String], _: &Flaky) -> Result<&'a str, Error> {
        Ok("none")
    }
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn elided(s: &str) -> Result<Cow<'_, str>, Error> {
        Ok(s.into())
    }
    assert_eq!(named(&["a".to_owned()], &Flaky::default()).await.unwrap(), "a");
    assert_eq!(elided("b").await.unwrap(), "b");
}

#[tokio::test(start_paused = true)]
async fn instrument_above_and_below() {
    #[tracing::instrument(skip_all)]
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn below(flaky: &Flaky) -> Result<u32, Error> {
        flaky.call()
    }
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    #[tracing::instrument(skip_all, err)]
    async fn above(flaky: &Flaky) -> Result<u32, Error> {
        flaky.call()
    }
    #[retry(max = 2)]
    #[tracing::instrument(skip_all)]
    #[timeout(secs = 1)]
    async fn around(flaky: &Flaky) -> Result<u32, Error> {
        flaky.call()
    }
    assert_eq!(below(&Flaky::default()).await.unwrap(), 3);
    assert_eq!(above(&Flaky::default()).await.unwrap(), 3);
    assert_eq!(around(&Flaky::default()).await.unwrap(), 3);
}

struct NotClone(u32);

#[tokio::test(start_paused = true)]
async fn an_argument_that_is_not_clone() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    #[allow(clippy::needless_pass_by_value)]
    async fn f(n: NotClone, flaky: &Flaky) -> Result<u32, Error> {
        flaky.call().map(|called| called + n.0)
    }
    assert_eq!(f(NotClone(1), &Flaky::default()).await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_that_converts() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(s: &str) -> Result<u32, Error> {
        Ok(s.parse::<u32>()?)
    }
    #[retry(max = 0)]
    async fn boxed(s: &str) -> Result<u32, Box<dyn StdError + Send + Sync>> {
        let n: u32 = s.parse()?;
        if n == 0 { Err("zero".into()) } else { Ok(n) }
    }
    assert_eq!(f("3").await.unwrap(), 3);
    assert!(matches!(f("x").await, Err(Error::Parse(_))));
    assert!(boxed("0").await.is_err());
}

mod visibility {
    use super::{Error, retry};

    /// Documented.
    #[retry]
    #[must_use = "it can fail"]
    pub(super) async fn f() -> Result<u32, Error> {
        #![allow(unused_variables)]
        let unused = 1;
        Ok(1)
    }
}

#[tokio::test(start_paused = true)]
async fn docs_visibility_and_other_attributes() {
    assert_eq!(visibility::f().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn arguments_named_like_our_own_variables() {
    #[fallback(other)]
    #[timeout(outcome)]
    #[retry(max = retry, when = retry > 0)]
    #[timeout(secs = 1)]
    #[allow(clippy::too_many_arguments)]
    async fn f(
        error: u32,
        attempts: u32,
        outcome: std::time::Duration,
        retry: u32,
        pause: u32,
        timeout: u32,
        run: u32,
        flaky: &Flaky,
    ) -> Result<u32, Error> {
        flaky.call()?;
        Ok(error + attempts + outcome.subsec_millis() + retry + pause + timeout + run)
    }
    #[allow(clippy::too_many_arguments)]
    async fn other(
        error: u32,
        _: u32,
        _: std::time::Duration,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &Flaky,
    ) -> Result<u32, Error> {
        Ok(error)
    }
    let minute = std::time::Duration::from_secs(60);
    assert_eq!(f(1, 2, minute, 3, 4, 5, 6, &Flaky::default()).await.unwrap(), 21);
    assert_eq!(f(1, 2, minute, 0, 4, 5, 6, &Flaky::default()).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_is_not_sync() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn f(n: &Cell<u32>) -> Result<u32, Error> {
        n.set(n.get() + 1);
        if n.get() < 3 { Err(Error::Busy) } else { Ok(n.get()) }
    }
    assert_eq!(f(&Cell::new(0)).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn coercions_in_the_body() {
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn boxed(n: u32) -> Result<Box<dyn Display>, Error> {
        Ok(Box::new(n))
    }
    #[fallback(Ok(&[]))]
    #[timeout(secs = 1)]
    async fn slice() -> Result<&'static [u32], Error> {
        Ok(&[1, 2])
    }
    #[retry(max = 2)]
    async fn error(fail: bool) -> Result<(), Box<dyn StdError>> {
        if fail {
            return Err(Box::new(Error::Busy));
        }
        Ok(())
    }
    assert_eq!(boxed(1).await.unwrap().to_string(), "1");
    assert_eq!(slice().await.unwrap(), [1, 2]);
    assert!(error(true).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn one_expression_blocks_labels_and_unit() {
    #[retry(max = 2)]
    async fn one_expression() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry(max = 2)]
    #[timeout(secs = 1)]
    async fn labels(flaky: &Flaky) -> Result<u32, Error> {
        let found = 'outer: loop {
            for n in 0..3 {
                if n == 2 {
                    break 'outer n;
                }
            }
        };
        flaky.call().map(|n| n + found)
    }
    #[retry]
    async fn unit() -> Result<(), Error> {
        Ok(())
    }
    assert_eq!(one_expression().await.unwrap(), 1);
    assert_eq!(labels(&Flaky::default()).await.unwrap(), 5);
    unit().await.unwrap();
}

#[test]
fn plain_functions() {
    #[fallback(other)]
    #[retry(max = 2, backoff = "none")]
    fn f(flaky: &Flaky, n: u32) -> Result<u32, Error> {
        let called = flaky.call()?;
        if n > 1 {
            return Err(Error::Busy);
        }
        Ok(called + n)
    }
    fn other(_: &Flaky, n: u32) -> Result<u32, Error> {
        Ok(n)
    }
    assert_eq!(f(&Flaky::default(), 1).unwrap(), 4);
    assert_eq!(f(&Flaky::default(), 7).unwrap(), 7);
}

macro_rules! tool {
    ($name:ident, $arg:ident, $limit:literal) => {
        #[fallback(fallback_of_macro)]
        #[retry(max = 2)]
        #[timeout(ms = $limit)]
        async fn $name($arg: u32, flaky: &Flaky) -> Result<u32, Error> {
            Ok(flaky.call()? + $arg)
        }
    };
}
tool!(made_by_a_macro, n, 50);

async fn fallback_of_macro(n: u32, _: &Flaky) -> Result<u32, Error> {
    Ok(n)
}

#[tokio::test(start_paused = true)]
async fn a_function_made_by_macro_rules() {
    assert_eq!(made_by_a_macro(1, &Flaky::default()).await.unwrap(), 4);
}

/// What `macro_rules!` hands over stands in groups that nobody sees.
mod fragments {
    use super::{Error, Flaky, Res, fallback, requires_approval, retry, timeout};

    async fn offline(_: &Flaky) -> Result<u32, Error> {
        Ok(99)
    }

    fn is_busy(error: &Error) -> bool {
        matches!(error, Error::Busy)
    }

    macro_rules! tools {
        ($($attr:meta),*; $vis:vis fn $name:ident($this:ident: $ty:ty) -> $returned:ty $body:block) => {
            $(#[$attr])*
            $vis async fn $name($this: $ty) -> $returned $body
        };
    }

    tools!(retry(max = 2, backoff = "none"); pub(super) fn retried(it: &Flaky) -> Res<u32> { it.call() });
    tools!(timeout(secs = 2); fn limited(it: &Flaky) -> Res<u32> {
        let outcome = it.call();
        outcome.or(Ok(1))
    });
    tools!(fallback(offline); fn answered(it: &Flaky) -> Result<u32, Error> { it.call() });
    tools!(fallback(offline), retry(max = 1, backoff = "none"), timeout(secs = 2); fn stacked(it: &Flaky) -> Res<u32> {
        it.call()
    });
    tools!(requires_approval(when = false); fn asked(it: &Flaky) -> Res<u32> { it.call().or(Ok(1)) });

    macro_rules! with_options {
        ($name:ident, $when:path, $fallback:path, $max:expr, $base:literal, $other:expr) => {
            #[fallback($fallback, when = $other)]
            #[retry(max = $max, when = $when, base = $base, cap = $base)]
            async fn $name(it: &Flaky) -> Result<u32, Error> {
                it.call()
            }
        };
    }

    with_options!(by_paths, is_busy, offline, 1, "1ms", is_busy);

    macro_rules! answered_by {
        ($fallback:expr) => {
            #[fallback($fallback)]
            async fn by_an_expression(it: &Flaky) -> Result<u32, Error> {
                it.call()
            }
        };
    }

    answered_by!(offline);

    #[tokio::test(start_paused = true)]
    async fn are_opened() {
        assert_eq!(retried(&Flaky::default()).await.unwrap(), 3);
        assert_eq!(limited(&Flaky::default()).await.unwrap(), 1);
        assert_eq!(answered(&Flaky::default()).await.unwrap(), 99);
        assert_eq!(stacked(&Flaky::default()).await.unwrap(), 99);
        assert_eq!(asked(&Flaky::default()).await.unwrap(), 1);
        assert_eq!(by_paths(&Flaky::default()).await.unwrap(), 99);
        assert_eq!(by_an_expression(&Flaky::default()).await.unwrap(), 99);
    }
}

/// A parameter that is not always there is named only where it is.
mod conditional_parameters {
    use reliable::approver::Scripted;
    use reliable::{Decision, Scope};

    use super::{Error, fallback, requires_approval, retry};

    async fn offline(city: &str, #[cfg(not(test))] never: u64, #[cfg(test)] always: u64) -> Result<String, Error> {
        Ok(format!("{city} {always}"))
    }

    #[fallback(offline)]
    #[retry(max = 1, backoff = "none", clone)]
    async fn forecast(city: &str, #[cfg(not(test))] never: u64, #[cfg(test)] always: u64) -> Result<String, Error> {
        if always > 1 { Err(Error::Busy) } else { Ok(city.to_owned()) }
    }

    #[retry(max = 1, backoff = "none", clone(never, always))]
    async fn consumed(#[cfg(not(test))] never: String, #[cfg(test)] always: String) -> Result<String, Error> {
        Err(Error::Busy).or(Ok(always))
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "a condition is asked with references")]
    fn is_large(city: &&str, #[cfg(not(test))] never: &u64, #[cfg(test)] always: &u64, to: &&str) -> bool {
        city != to && *always > 1
    }

    #[requires_approval(when = is_large, redact(never), reason = "it is large")]
    async fn refund(
        city: &str,
        #[cfg(not(test))] never: u64,
        #[cfg(test)] always: u64,
        to: &str,
    ) -> Result<String, Error> {
        Ok(format!("{city} {always} {to}"))
    }

    #[tokio::test(start_paused = true)]
    async fn are_passed_on_cloned_and_shown() {
        assert_eq!(forecast("Oslo", 7).await.unwrap(), "Oslo 7");
        assert_eq!(consumed("Oslo".to_owned()).await.unwrap(), "Oslo");
        let approver = Scripted::new([Decision::approve()]);
        let refunded = Scope::current().approver(approver.clone()).run(refund("Oslo", 7, "Ann")).await;
        assert_eq!(refunded.unwrap(), "Oslo 7 Ann");
        let question = approver.requests().remove(0);
        let shown: Vec<_> = question.arguments.iter().map(|argument| &*argument.name).collect();
        assert_eq!(shown, ["city", "always", "to"]);
    }
}

/// The line of the caller, wherever no closure stands between.
mod track_caller {
    use std::panic::Location;

    use reliable::{Fault, circuit_breaker, fallback, rate_limit, retry};

    #[fallback(Ok(0))]
    #[circuit_breaker(failures = 3)]
    #[retry(max = 1)]
    #[track_caller]
    fn in_a_stack() -> Result<u32, Fault> {
        Ok(Location::caller().line())
    }

    #[rate_limit(per_second = 1000)]
    #[track_caller]
    fn with_a_question_mark_behind_a_limit() -> Result<u32, Fault> {
        let line = Ok::<_, Fault>(Location::caller().line())?;
        Ok(line)
    }

    #[retry(max = 1)]
    #[track_caller]
    fn in_a_function_of_its_own() -> Result<u32, Fault> {
        own()
    }

    #[track_caller]
    fn own() -> Result<u32, Fault> {
        let line = Ok::<_, Fault>(Location::caller().line())?;
        Ok(line)
    }

    #[test]
    fn gives_the_line_of_the_caller() {
        assert_eq!((in_a_stack(), line!()), (Ok(line!()), line!()));
        assert_eq!((with_a_question_mark_behind_a_limit(), line!()), (Ok(line!()), line!()));
        assert_eq!((in_a_function_of_its_own(), line!()), (Ok(line!()), line!()));
    }
}
