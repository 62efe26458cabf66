//! The attributes of `reliable`. Use them through the `reliable` crate, whose documentation begins at the beginning.
//!
//! Each attribute has a module of its own name here, which reads its options, checks them, and wraps the body; the
//! module `stack` puts the attributes of one function together. What they expand into is in `reliable-runtime`, in
//! modules of the same names.

#![deny(missing_docs)]
#![warn(unreachable_pub)]

mod agent;
mod approval;
mod boxed;
mod bulkhead;
mod chaos;
mod circuit_breaker;
mod classify;
mod code;
mod errors;
mod fallback;
mod function;
mod guarded;
mod hedge;
mod options;
mod order;
mod policy;
mod rate_limit;
mod repeat;
mod retry;
mod rig;
mod rmcp;
mod setting;
mod stack;
#[cfg(test)]
mod tests;
mod timeout;
mod transient;
mod values;

use proc_macro::TokenStream;

use stack::{Kind, expand};

/// Runs the function again when it fails with a transient error.
///
/// ```
/// use reliable::{Fault, retry};
/// # use std::sync::atomic::{AtomicU32, Ordering};
/// # static CALLS: AtomicU32 = AtomicU32::new(0);
/// # async fn fetch(city: &str) -> Result<String, WeatherError> {
/// #     if CALLS.fetch_add(1, Ordering::Relaxed) < 2 { Err(WeatherError::Busy) } else { Ok(format!("sunny in {city}")) }
/// # }
///
/// #[derive(Debug)]
/// enum WeatherError {
///     Busy,
///     NoSuchCity,
/// }
///
/// impl WeatherError {
///     fn is_transient(&self) -> bool {
///         matches!(self, WeatherError::Busy)
///     }
/// }
///
/// #[retry(max = 3, backoff = "exp", when = WeatherError::is_transient)]
/// async fn forecast(city: &str) -> Result<String, WeatherError> {
///     fetch(city).await
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(forecast("Oslo").await.unwrap(), "sunny in Oslo"); // at the third attempt
/// # let _ = WeatherError::NoSuchCity;
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `max = 3` | 2 | retries after the first call: 3 means at most 4 calls |
/// | `backoff = "exp"` | `"exp"` | how the pauses grow: `"exp"`, `"linear"`, `"fixed"` or `"none"` |
/// | `base = "250ms"` | `"500ms"` | the first pause |
/// | `factor = 2` | 2 | what `"exp"` multiplies each pause by |
/// | `cap = "8s"` | `"8s"` | the longest pause; `base` where that is longer |
/// | `jitter = 0.25` | 0.25 | the share by which a pause is shortened at random at the most: 0 none, 0.5 "equal", 1 "full" |
/// | `when = …` | what the error says itself ([`Transient`](derive@Transient)), or else every error | what is worth a retry: a path called with `&error`, or an expression that uses `error` |
/// | `after = …` | what the error says itself, or else none | the delay that the server asked for: the same, with an `Option<Duration>` |
/// | `within = "10s"` | none | the time for all attempts and pauses |
/// | `budget = BUDGET`, `self.budget` | none | a `reliable::RetryBudget` that many calls share: while it is empty, nothing is retried |
/// | `idempotency_key` | none | the body finds a `reliable::IdempotencyKey` under this name: the same at each attempt, another one at each call |
/// | `clone(a, b)`, `clone` | none | each attempt gets a clone of these parameters, or of all owned ones |
/// | `POLICY` | | a ready-made `reliable::Retry`, instead of the options above but `when`, `after`, `budget`, `idempotency_key` and `clone` |
///
/// The defaults are those of the official `OpenAI` and Anthropic SDKs. Values are expressions in the scope of the
/// function's parameters (`max = self.retries`), evaluated once per call, before the first attempt.
///
/// # What to know
/// - The error that comes out is the last one, untouched.
/// - A fault that is final (a denial, a step limit, a budget) is never retried, whatever `when` says.
/// - A delay that the server asked for is obeyed as it is. One above `cap` (60 s, if `cap` is not given) fails the call at
///   once: calling earlier than asked is worse than not calling.
/// - `within` does not interrupt a running body: that is what [`timeout`](macro@timeout) does. A pause that would end too
///   late is not begun.
/// - A rejection (an open circuit breaker, a limit without room) is retried only if `when` says so.
/// - Retrying repeats side effects. Retry what can be repeated, or let the service tell a repetition by `idempotency_key`.
///   Above an `rmcp` tool that says `idempotent_hint = false` it does not compile.
/// - The body runs more than once: so one that consumes a parameter does not compile, until `clone(…)` names it.
/// - On a plain `fn`, the pauses block the thread.
#[proc_macro_attribute]
pub fn retry(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Retry, args.into(), item.into()).into()
}

/// Gives up on a call that takes too long.
///
/// ```
/// use reliable::{Fault, timeout};
///
/// #[timeout(ms = 50)]
/// async fn forecast(city: &str) -> Result<String, Fault> {
///     std::future::pending().await
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let fault = forecast("Oslo").await.unwrap_err();
/// assert_eq!(fault.to_string(), "`forecast` timed out after 50ms");
/// # }
/// ```
///
/// # Options
/// One of `ms = 2000`, `secs = 2`, `"2s"`, or an expression of type `Duration`: `#[timeout(self.limit)]`.
///
/// # What to know
/// - Below [`retry`](macro@retry) it limits each attempt, above it all of them with their pauses. Both at once is fine.
/// - The body is polled first, and the clock starts when it first has to wait: a call that is ready at once pays nothing.
/// - At the limit the body's future is dropped. What it has spawned elsewhere goes on.
/// - A body that blocks its thread can't be timed out: put such work on `tokio::task::spawn_blocking`.
/// - The error type must take a `reliable::Fault`: `#[error(transparent)] Fault(#[from] reliable::Fault)`.
#[proc_macro_attribute]
pub fn timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Timeout, args.into(), item.into()).into()
}

/// Answers instead of a function that has failed.
///
/// ```
/// use reliable::fallback;
///
/// #[fallback(yesterdays_price)]
/// async fn price(item: &str) -> Result<u32, String> {
///     Err("503 service unavailable".to_owned())
/// }
///
/// async fn yesterdays_price(item: &str) -> Result<u32, String> {
///     Ok(42)
/// }
///
/// #[fallback(Err(format!("no price for {item}: {error}")))]
/// async fn exact_price(item: &str) -> Result<u32, String> {
///     Err("503 service unavailable".to_owned())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(price("tea").await, Ok(42));
/// assert_eq!(exact_price("tea").await.unwrap_err(), "no price for tea: 503 service unavailable");
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | a path | | a function with the tool's own signature, called with the original arguments; in a method the receiver goes first: `Self::name` |
/// | or an expression | | the outcome itself, a `Result`; `error` in it is the error that it answers |
/// | `when = …` | every error but a denial | which errors are answered: a path called with `&error`, or an expression that uses `error` |
///
/// # What to know
/// - Faults are answered too (a timeout, a step limit), but not a denial or an expired approval: only your own `when` can
///   ask for that.
/// - The fallback's own error surfaces.
/// - A fallback that has nothing to wait for can be an expression, `#[fallback(Ok(last_known(city)))]`: clippy's pedantic
///   group takes an `async fn` without an `await` for a mistake.
/// - It stands above [`retry`](macro@retry): below, retry would never see an error.
#[proc_macro_attribute]
pub fn fallback(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Fallback, args.into(), item.into()).into()
}

/// Asks a human before the function runs. No yes, no run.
///
/// ```
/// use reliable::approver::Scripted;
/// use reliable::{Decision, Fault, Scope, requires_approval};
///
/// #[requires_approval(reason = "it moves money", when = amount > 50, redact(card))]
/// async fn refund(amount: u32, card: &str) -> Result<u32, Fault> {
///     Ok(amount)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(refund(40, "1234").await, Ok(40), "nobody is asked");
/// assert!(refund(60, "1234").await.is_err(), "nobody is there to ask");
///
/// let ana = Scripted::new([Decision::approve().by("ana")]);
/// assert_eq!(Scope::current().approver(ana.clone()).run(refund(60, "1234")).await, Ok(60));
/// assert_eq!(ana.requests()[0].to_string(), "refund(amount = 60, card = <redacted>)");
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `reason = "…"` | none | why a human is asked |
/// | `when = …` | always | whether to ask: an expression of type `bool`, or a path called with references to the arguments |
/// | `show(a, b)` | all arguments | what the human sees |
/// | `redact(a)` | none | parameters whose values neither a human nor a log gets to see |
/// | `within = "10m"` | for ever | how long the question stands open; then it has expired, which is not a denial |
/// | `by = …` | see below | the approver to ask: an expression whose type implements `reliable::Approver` |
///
/// The approver is the one in `by`, else that of the innermost `reliable::Scope`, else the process-wide one
/// (`reliable::approver::install`). Where there is none, the call is denied.
///
/// # What to know
/// - Fail closed: no approver, a closed terminal, an empty answer, a panic in the approver, a dropped question: the body
///   does not run, and the error says why.
/// - One question per call: it stands above [`retry`](macro@retry) and [`timeout`](macro@timeout).
/// - A denial is final: it is never retried, and no fallback answers it unless its `when` says so.
/// - The time of waiting for a human does not count against an agent's `within`.
/// - A parameter is shown by `Debug`, else by `Display`, else by the name of its type.
/// - What a framework hands to a tool is shown only if `show` names it: a `RequestContext<RoleServer>`, a
///   `Peer<RoleServer>`, a `ToolContext`, a `CancellationToken`.
/// - [`guarded!`](macro@guarded) proves that no other macro has dropped the attribute.
#[proc_macro_attribute]
pub fn requires_approval(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Approval, args.into(), item.into()).into()
}

/// Stops calling a service that is dead, and probes it after a while.
///
/// ```
/// use reliable::{Fault, circuit_breaker};
///
/// #[circuit_breaker(failures = 2, cooldown = "30s")]
/// async fn forecast(city: &str) -> Result<String, Fault> {
///     Err(Fault::TimedOut { tool: "forecast".into(), limit: std::time::Duration::from_secs(1) }) // dead today
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let _ = (forecast("Oslo").await, forecast("Oslo").await); // two failures in a row
/// let fault = forecast("Oslo").await.unwrap_err();
/// assert_eq!(fault.to_string(), "`forecast` was not called: its circuit breaker is open for another 30s");
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `failures = 5` | 5 | the failures in a row that open it |
/// | `ratio = 0.5` | | instead: the share of failures in the last `window` calls that opens it; exact, judged when the window is full |
/// | `window = 20` | 20 | the calls that `ratio` is a share of; at most 1024 |
/// | `cooldown = "30s"` | 30 s | how long it stays open |
/// | `probes = 1` | 1 | the calls let through after that; all must succeed to close it, and any failure opens it again |
/// | `when = …` | every error | what counts as a failure: a path called with `&error`, or an expression that uses `error` |
/// | `key = …` | none | one breaker for each value of this expression (a host, a tenant), for up to 1024 of them |
/// | `BREAKER`, `self.breaker` | | a `reliable::CircuitBreaker` of your own, or with `key` a `reliable::Keyed` of them, instead of the options above but `when` and `key` |
///
/// Without a breaker of your own, the function keeps one in a `static`, for all its callers (and, if it is generic, for
/// all its types).
///
/// # What to know
/// - The call that trips it returns its own error. Later ones get `Fault::CircuitOpen`, with the time left.
/// - Below [`retry`](macro@retry) it counts attempts, and an open breaker is not retried, unless a `when` says so. Above, it
///   counts calls.
/// - An error for which `when` is false counts as a success: a 400 says nothing bad about the service.
/// - A probe that is cancelled gives its place back. What comes back from a call that began in an earlier state is ignored.
#[proc_macro_attribute]
pub fn circuit_breaker(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::CircuitBreaker, args.into(), item.into()).into()
}

/// Puts a policy of your own around the function.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use reliable::{Before, Fault, Policy, policy};
///
/// /// Lets so many calls through, and no more.
/// struct Ration {
///     left: AtomicU32,
/// }
///
/// impl Policy for Ration {
///     type Call = ();
///
///     fn before(&self, tool: &'static str) -> Before<()> {
///         match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
///             Ok(_) => Before::Admit(()),
///             Err(_) => Before::Reject(Fault::Rejected { tool: tool.into(), by: "ration".into(), wait: None }),
///         }
///     }
/// }
///
/// static RATION: Ration = Ration { left: AtomicU32::new(1) };
///
/// #[policy(RATION)]
/// async fn search(query: &str) -> Result<String, Fault> {
///     Ok(format!("results for {query}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(search("weather").await.is_ok());
/// let fault = search("news").await.unwrap_err();
/// assert_eq!(fault.to_string(), "`search` was not called: the ration has no room");
/// # }
/// ```
///
/// # Options
/// | option | meaning |
/// |---|---|
/// | `THROTTLE`, `self.throttle`, … | a value whose type implements `reliable::Policy`, or a reference or an `Arc` of one; evaluated once per call |
/// | `clone(a, b)`, `clone` | each attempt gets a clone of these parameters, or of all owned ones |
///
/// A policy lives as long as what it is stored in: in a `static` it knows of all calls; made anew for each call,
/// `#[policy(Twice::new())]`, it knows of one.
///
/// # What to know
/// - Before a call the policy admits it, lets it wait, or refuses it with a fault. After each attempt it is content, asks
///   for another one after a pause, or puts a fault in the place of the outcome. What counts as a failure is its own
///   affair: it sees the error as a `reliable::Failure`, with its words and the fault in it.
/// - It decides, and the expansion waits: with `.await`, or on a plain `fn` by blocking the thread.
/// - What it says of a denial or another final fault is ignored: the fault comes out as it is.
/// - A call that is cancelled drops what the policy gave it, so that a guard in there gives back what the call holds.
/// - In a method that takes `&mut self` the policy can't be borrowed from `self`: keep an `Arc` of it, and write
///   `#[policy(self.throttle.clone())]`.
/// - Two of them on one function are fine: below one that calls again, the other sees every attempt.
/// - The policy may make the call again: so a body that consumes a parameter does not compile, until `clone(…)` names it.
/// - The error type must take a `reliable::Fault`: `#[error(transparent)] Fault(#[from] reliable::Fault)`.
#[proc_macro_attribute]
pub fn policy(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Policy, args.into(), item.into()).into()
}

/// Lets so many calls run at once; others wait in order.
///
/// ```
/// use reliable::{Fault, bulkhead};
///
/// #[bulkhead(max = 1, queue = 1)]
/// async fn report(month: u32) -> Result<String, Fault> {
///     tokio::time::sleep(std::time::Duration::from_secs(1)).await;
///     Ok(format!("report {month}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let (first, second, third) = tokio::join!(report(1), report(2), report(3));
/// assert_eq!(first.unwrap(), "report 1");
/// assert_eq!(second.unwrap(), "report 2"); // a second later
/// assert_eq!(third.unwrap_err().to_string(), "`report` was not called: the bulkhead has no room");
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `max = 4` | 10 | the calls that may run at once |
/// | `queue = 16` | as many as come | the calls that may wait; with 0, nobody waits |
/// | `reject` | | the same as `queue = 0` |
/// | `key = …` | none | one bulkhead for each value of this expression (a host, a tenant), for up to 1024 of them |
/// | `BULKHEAD`, `self.bulkhead` | | a `reliable::Bulkhead` of your own, or with `key` a `reliable::Keyed` of them, instead of the options above but `key` |
///
/// Without a bulkhead of your own, the function keeps one in a `static`, for all its callers (and, if it is generic, for
/// all its types).
///
/// # What to know
/// - The calls that wait are served in the order in which they came. One beyond `queue` gets `Fault::Rejected`, which is
///   not retried unless a `when` says so.
/// - A call holds its place while the body runs. Below [`retry`](macro@retry) it is given back during a pause. A call that
///   is cancelled, or panics, gives it back too, and its place in the queue.
/// - Below [`timeout`](macro@timeout) the time in the queue counts, and a call whose time is over never runs. Above, only
///   the body's time does.
/// - A call that finds room allocates nothing, and looks at no clock.
/// - A body that calls its own function waits for itself when all places are taken: don't.
/// - On a plain `fn`, waiting blocks the thread.
#[proc_macro_attribute]
pub fn bulkhead(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Bulkhead, args.into(), item.into()).into()
}

/// Lets so many calls through in a second or a minute; others wait for their turn.
///
/// It needs the feature `rate-limit`: `reliable = { version = "…", features = ["rate-limit"] }`.
///
/// ```
/// use reliable::{Fault, rate_limit};
///
/// #[rate_limit(per_second = 10, burst = 2)]
/// async fn forecast(city: &str) -> Result<String, Fault> {
///     Ok(format!("sunny in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let started = tokio::time::Instant::now();
/// for city in ["Oslo", "Bergen", "Tromsø", "Bodø"] {
///     forecast(city).await.unwrap(); // the first two at once, then one every 100 ms
/// }
/// assert_eq!(started.elapsed().as_millis(), 200);
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `per_second = 10` | | the calls that are let through in a second; at most a million |
/// | `per_minute = 600` | | or in a minute |
/// | `burst = 20` | the rate | the calls that are let through at once when none came for a while; with 1, they are always evenly spaced |
/// | `reject` | | a call that comes too early fails at once with `Fault::Rejected`, which has the time to wait, instead of waiting |
/// | `key = …` | none | one limit for each value of this expression (a host, a tenant), for up to 1024 of them |
/// | `LIMIT`, `self.limit` | | a `reliable::RateLimit` of your own, or with `key` a `reliable::Keyed` of them, instead of the options above but `key` |
///
/// Without a limit of your own, the function keeps one in a `static`, for all its callers (and, if it is generic, for all
/// its types).
///
/// # What to know
/// - The bucket holds `burst` calls and fills at an even pace: 10 per second is one every 100 ms. (The algorithm is GCRA, by
///   the crate `governor`.) So in one period it may let through up to `burst` calls more than the rate says, once: where a
///   service counts strictly, set a small `burst`.
/// - The calls that wait go in the order in which they came, and each waits for its own turn. One that is cancelled leaves
///   the line, and takes nothing from the bucket.
/// - Below [`retry`](macro@retry) each attempt counts, above it each call. A rejection is not retried unless a `when` says
///   so.
/// - Below [`timeout`](macro@timeout) the waiting counts, and a call whose time is over never runs.
/// - Two lines, one `per_second` and one `per_minute`, hold both.
/// - The time is tokio's: on a paused clock it is exact, to the millisecond of tokio's timers.
/// - On a plain `fn`, waiting blocks the thread.
#[proc_macro_attribute]
pub fn rate_limit(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RateLimit, args.into(), item.into()).into()
}

/// Starts a second attempt beside one that is slow, and takes the first success.
///
/// ```
/// use reliable::{Fault, hedge};
/// # use std::sync::atomic::{AtomicU64, Ordering};
/// # static CALLS: AtomicU64 = AtomicU64::new(0);
/// # async fn fetch(city: &str) -> Result<String, Fault> {
/// #     let slow = CALLS.fetch_add(1, Ordering::Relaxed) == 0;
/// #     tokio::time::sleep(std::time::Duration::from_millis(if slow { 9000 } else { 50 })).await;
/// #     Ok(format!("sunny in {city}"))
/// # }
///
/// #[hedge(after = "200ms")]
/// async fn forecast(city: &str) -> Result<String, Fault> {
///     fetch(city).await // takes 50 ms, and 9 s now and then
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let started = tokio::time::Instant::now();
/// assert_eq!(forecast("Oslo").await.unwrap(), "sunny in Oslo"); // after 250 ms
/// # assert_eq!(started.elapsed().as_millis(), 250);
/// # }
/// ```
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `after = "200ms"` | | how long an attempt may take before another one starts beside it |
/// | `max = 1` | 1 | the attempts that may start besides the first, each of them `after` the one before |
/// | `clone(a, b)`, `clone` | none | each attempt gets a clone of these parameters, or of all owned ones |
/// | `HEDGE`, `self.hedge` | | a ready-made `reliable::Hedge`, instead of the options above but `clone` |
///
/// Values are expressions in the scope of the function's parameters, evaluated once per call, before the first attempt.
///
/// Set `after` to what 95 of 100 calls stay below: then it costs 5 % more calls. (Dean and Barroso, "The Tail at Scale",
/// 2013: in their test of reading 1000 values, a second request after 10 ms made 2 % more requests, and the 99.9th
/// percentile fell from 1800 ms to 74 ms.)
///
/// # What to know
/// - The first success is the outcome, and the attempts that still run are dropped.
/// - When one attempt fails, the others are waited for. When there are none, its error comes out at once, even before
///   `after`: to try again after an error is the business of [`retry`](macro@retry). So the error that comes out is that of
///   the attempt which failed last.
/// - It repeats side effects, even when all goes well. Hedge what only reads.
/// - The first attempt is polled first: if it is ready at once, there is no timer and no clock. Two attempts are part of
///   the future, which is therefore twice as large; those beyond are boxed.
/// - Attempts run at the same time: so they share the parameters, and a `&mut` is refused. A body that consumes a parameter
///   does not compile, until `clone(…)` names it.
/// - All attempts are polled in one task: a body that blocks its thread blocks the others, too.
#[proc_macro_attribute]
pub fn hedge(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Hedge, args.into(), item.into()).into()
}

/// Marks a place where a plan can inject failures, in tests and drills.
///
#[cfg_attr(feature = "chaos", doc = "```")]
#[cfg_attr(not(feature = "chaos"), doc = "```ignore")]
/// use reliable::chaos::{Chaos, fail, hang};
/// use reliable::{Fault, Scope, chaos, retry, timeout};
///
/// #[derive(Debug, thiserror::Error)]
/// enum WeatherError {
///     #[error("the service is busy")]
///     Busy,
///     #[error(transparent)]
///     Fault(#[from] Fault),
/// }
///
/// #[retry(max = 3)]
/// #[timeout(secs = 2)]
/// #[chaos]
/// async fn forecast(city: &str) -> Result<String, WeatherError> {
///     Ok(format!("sunny in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let plan = Chaos::plan().at("forecast", [fail(|| WeatherError::Busy).times(2), hang()]);
/// let answer = Scope::current().chaos(&plan).run(forecast("Oslo")).await;
/// assert_eq!(answer.unwrap(), "sunny in Oslo"); // at the fourth attempt
/// plan.assert_used();
/// # }
/// ```
///
/// It acts with the feature `chaos` of `reliable`, and in a scope with a plan. Without the feature it expands to nothing,
/// and the module `reliable::chaos` does not exist: switch it on in `[dev-dependencies]`.
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `name = "weather"` | the name of the function | what a plan calls this place |
///
/// # What to know
/// - It acts where it stands. As the lowest line it takes the place of the body: so `retry` and `timeout` above it meet what
///   it injects. A body that is to fail does not run; one that is to be slow runs after the delay.
/// - A plan counts the calls that reach this place, over all attempts: `fail(…).times(2)` below `retry` fails two attempts.
/// - A plan that fails the function with an error of another type panics, and says so. One that names a place which no call
///   has reached is told by `plan.assert_used()`.
/// - A scope belongs to a task: hand it on to spawned ones with `tokio::spawn(Scope::current().run(work))`. A plain `fn`
///   finds the plan if it is called in a scope.
/// - With the feature on, the function must return a `Result`.
#[proc_macro_attribute]
pub fn chaos(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Chaos, args.into(), item.into()).into()
}

/// Repeats the function, which is one step of an agent, until there is an answer or a limit.
///
/// ```
/// use reliable::{Charge, Fault, Run, Step, Usd, agent};
///
/// #[agent(max_steps = 8, max_usd = 0.50)]
/// async fn assistant(notes: &mut Vec<String>) -> Result<Step<String>, Fault> {
///     Run::current().charge(Charge::usd(Usd::cents(3)).tokens(900))?;
///     notes.push(format!("step {}", Run::current().step()));
///     Ok(if notes.len() == 3 { Step::Done(notes.join(", ")) } else { Step::Next })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(assistant(&mut Vec::new()).await.unwrap(), "step 1, step 2, step 3");
/// # }
/// ```
///
/// The function is written to return `Result<Step<T>, E>`, and is called as one that returns `Result<T, E>`:
/// `Step::Next` goes on, `Step::Done(answer)` ends. Its arguments are the agent's state: they live for the whole run, so
/// that nothing is lost at a limit.
///
/// # Options
/// | option | default | meaning |
/// |---|---|---|
/// | `max_steps = 8` | 8 | the steps that may be begun |
/// | `max_usd = 0.50` | none | the money that may be spent: exact, in micro-dollars; an expression is of type `reliable::Usd` |
/// | `max_tokens = 50_000` | none | the tokens that may be spent |
/// | `within = "5m"` | none | the time that the run may take, without the time that a human is asked; looked at before each step |
/// | `max_repeats = 3` | none | how often the same action may meet the same result, as told to `Run::observe` |
/// | `LIMITS` | | ready-made `reliable::AgentLimits`, instead of the options above |
///
/// # What to know
/// - Inside, also deep in a tool, `reliable::Run::current()` tells the step, whether it is the last, and what is spent.
/// - `Run::charge` and `Run::reserve` refuse what does not fit, before it is spent. A charge without a price is an error
///   where `max_usd` is set.
/// - An agent in an agent spends the outer one's budget, too.
/// - Above it stand [`fallback`](macro@fallback), [`timeout`](macro@timeout) (the whole run) and
///   [`requires_approval`](macro@requires_approval); below it [`timeout`](macro@timeout) and [`retry`](macro@retry) act on
///   each step.
#[proc_macro_attribute]
pub fn agent(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Agent, args.into(), item.into()).into()
}

/// Says what of an error is worth a retry. Every [`retry`](macro@retry) without `when` obeys.
///
/// ```
/// use reliable::{Fault, Transient, retry};
/// use std::time::Duration;
///
/// #[derive(Debug, thiserror::Error, Transient)]
/// enum WeatherError {
///     #[error("the service is busy")]
///     #[transient]
///     Busy,
///     #[error("too many requests")]
///     #[transient(after = wait)]
///     RateLimited { wait: Option<Duration> },
///     #[error("no such city")]
///     NoSuchCity,
///     #[error("no connection")]
///     #[transient(forward)]
///     Connection(#[from] std::io::Error),
///     #[error(transparent)]
///     Fault(#[from] Fault),
/// }
///
/// #[retry(max = 3)]
/// async fn forecast(city: &str) -> Result<String, WeatherError> {
/// #   CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///     Err(WeatherError::NoSuchCity)
/// }
/// # static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(matches!(forecast("Osol").await, Err(WeatherError::NoSuchCity))); // at the first attempt
/// # assert_eq!(CALLS.load(std::sync::atomic::Ordering::Relaxed), 1);
/// assert!(WeatherError::Busy.is_transient());
/// assert_eq!(WeatherError::RateLimited { wait: Some(Duration::from_secs(2)) }.retry_after(), Some(Duration::from_secs(2)));
/// # }
/// ```
///
/// # On a variant, or on a struct
/// | attribute | meaning |
/// |---|---|
/// | none | not worth a retry |
/// | `#[transient]` | worth a retry |
/// | `#[transient(after = field)]` | the same, after the delay that the server asked for: a field (by its name, or in a tuple by its number) of type `Duration` or `Option<Duration>` |
/// | `#[transient(forward)]` | what the wrapped error says, whose type has `reliable::Transient` too: the field with `#[from]` or `#[source]`, or the only one |
///
/// A variant that wraps a `reliable::Fault` forwards by itself, so that a time limit that passed is retried. The type is
/// known by its last name, `Fault`.
///
/// What depends on a value (a status code) is written by hand: see the trait `reliable::Transient`.
#[proc_macro_derive(Transient, attributes(transient, source))]
pub fn derive_transient(item: TokenStream) -> TokenStream {
    transient::derive(item.into()).into()
}

/// Proves, when the program is compiled, that functions are behind [`requires_approval`](macro@requires_approval).
///
/// Some macros of others drop the attributes below them, and say nothing. A tool that can't be undone must not lose its
/// guard in that way: so name it here, once, beside the functions or in the module that hands them to an agent.
///
/// ```
/// use reliable::{Fault, guarded, requires_approval};
///
/// #[requires_approval]
/// async fn send_email(to: &str, body: &str) -> Result<(), Fault> {
///     Ok(())
/// }
///
/// mod bank {
///     # use reliable::{Fault, requires_approval};
///     #[requires_approval]
///     pub async fn refund(amount: u32) -> Result<(), Fault> {
///         Ok(())
///     }
/// }
///
/// guarded!(send_email, bank::refund);
/// # fn main() {}
/// ```
///
/// Without the attribute it does not compile:
///
/// ```compile_fail
/// # use reliable::{Fault, guarded};
/// async fn refund(amount: u32) -> Result<(), Fault> {
///     Ok(())
/// }
///
/// guarded!(refund);
/// ```
///
/// A function is named by the module it is written in, not by one that imports it: `bank::refund`. A method is named by
/// its type, `Bank::refund`, and must have a visibility, `pub(self)` if no other, or be a `#[tool]`; one of a trait can't
/// be proven.
#[proc_macro]
pub fn guarded(functions: TokenStream) -> TokenStream {
    guarded::prove(functions.into()).into()
}
