//! The attributes of `reliable`. Use them through the `reliable` crate, whose documentation begins at the beginning.
//!
//! Each attribute has a module of its own name here, which reads its options, checks them, and wraps the body; the
//! module `stack` puts the attributes of one function together. What they expand into is in `reliable-runtime`, in
//! modules of the same names.

#![deny(missing_docs)]
#![warn(unreachable_pub)]

mod agent;
mod approval;
mod circuit_breaker;
mod classify;
mod code;
mod errors;
mod fallback;
mod function;
mod options;
mod order;
mod retry;
mod setting;
mod stack;
#[cfg(test)]
mod tests;
mod timeout;
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
/// | `when = …` | every error | what is worth a retry: a path called with `&error`, or an expression that uses `error` |
/// | `after = …` | none | the delay that the server asked for: the same, with an `Option<Duration>` |
/// | `within = "10s"` | none | the time for all attempts and pauses |
/// | `clone(a, b)`, `clone` | none | each attempt gets a clone of these parameters, or of all owned ones |
/// | `POLICY` | | a ready-made `reliable::Retry`, instead of the options above but `when`, `after` and `clone` |
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
/// - Retrying repeats side effects. Retry what can be repeated.
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
/// | `show(a, b)` | all parameters | what the human sees |
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
/// | `LIMITS` | | ready-made `reliable::Limits`, instead of the options above |
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
