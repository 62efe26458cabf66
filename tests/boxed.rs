//! Functions that return a future without being `async`, as the macros of others leave them.

// What those macros write is not what a person would.
#![allow(clippy::let_and_return, clippy::manual_async_fn, clippy::needless_pass_by_value, clippy::unused_async)]

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{
    Decision, Fault, Scope, Step, agent, approver, circuit_breaker, fallback, requires_approval, retry, timeout,
};
use tokio::time::sleep;

type Outcome<T = String> = Result<T, Fault>;
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn failure() -> Fault {
    Fault::Policy { tool: "service".into(), reason: "busy".to_owned() }
}

#[derive(Default)]
struct Service {
    calls: AtomicU32,
}

impl Service {
    /// Fails twice.
    async fn answer(&self, city: &str) -> Outcome {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(failure()),
            _ => Ok(format!("sunny in {city}")),
        }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// As `#[tool]` of rmcp leaves it.
    #[rustfmt::skip]
    #[retry(max = 3)]
    fn in_a_block_of_its_own(&self, city: String) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        { Box::pin(async move { self.answer(&city).await }) }
    }

    /// As `#[async_trait]` leaves it.
    #[retry(max = 3)]
    fn with_the_parameters_taken<'this, 'trait_>(
        &'this self,
        city: String,
        arg: (u32, u32),
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'trait_>>
    where
        'this: 'trait_,
    {
        Box::pin(async move {
            if let Some(ret) = None::<Outcome> {
                return ret;
            }
            let this = self;
            let city = city;
            let (from, _to) = {
                let arg = arg;
                arg
            };
            let ret: Outcome = {
                let answer = this.answer(&city).await?;
                Ok(format!("{answer} from {from}"))
            };
            ret
        })
    }

    #[retry(max = 3)]
    fn behind_an_alias(&self, city: String) -> BoxFuture<'_, Outcome> {
        let city = city.to_uppercase();
        Box::pin(async move { self.answer(&city).await })
    }

    #[retry(max = 3)]
    fn unboxed(&self, city: &str) -> impl Future<Output = Outcome> + Send {
        async move { self.answer(city).await }
    }

    #[retry(max = 3)]
    fn taken_from_elsewhere<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(city))
    }

    #[retry(max = 3)]
    fn boxed_elsewhere<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        self.once(city)
    }

    /// Looks like the work of `#[async_trait]`, but does something before the body.
    #[retry(max = 3)]
    fn with_a_statement_of_its_own(&self, city: &'static str) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let this = self;
            this.answer(city).await?;
            let answer: Outcome = { Ok(format!("rain in {city}")) };
            answer
        })
    }

    #[retry(max = 3)]
    fn unboxed_from_elsewhere<'a>(&'a self, city: &'a str) -> impl Future<Output = Outcome> + Send + 'a {
        self.once(city)
    }

    fn once<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(city))
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_asks_again_in_every_shape() {
    macro_rules! asked {
        ($($method:ident($($argument:expr),*) => $answer:literal;)*) => {$(
            let service = Service::default();
            let answer = tokio::spawn(async move { (service.$method($($argument),*).await, service.calls()) });
            assert_eq!(answer.await.unwrap(), (Ok($answer.to_owned()), 3), stringify!($method));
        )*};
    }
    asked! {
        in_a_block_of_its_own("Oslo".to_owned()) => "sunny in Oslo";
        with_the_parameters_taken("Oslo".to_owned(), (1, 2)) => "sunny in Oslo from 1";
        behind_an_alias("Oslo".to_owned()) => "sunny in OSLO";
        unboxed("Oslo") => "sunny in Oslo";
        taken_from_elsewhere("Oslo") => "sunny in Oslo";
        boxed_elsewhere("Oslo") => "sunny in Oslo";
        unboxed_from_elsewhere("Oslo") => "sunny in Oslo";
        with_a_statement_of_its_own("Oslo") => "rain in Oslo";
    }
}

#[fallback(offline)]
#[retry(max = 1)]
#[circuit_breaker(failures = 10)]
#[timeout(secs = 1)]
fn hanging(city: &str) -> BoxFuture<'_, Outcome> {
    Box::pin(async move {
        sleep(Duration::from_secs(60)).await;
        Ok(city.to_owned())
    })
}

fn offline(city: &str) -> BoxFuture<'_, Outcome> {
    Box::pin(async move { Ok(format!("perhaps rain in {city}")) })
}

#[tokio::test(start_paused = true)]
async fn a_whole_stack_stands_around_the_future() {
    let begun = tokio::time::Instant::now();
    assert_eq!(hanging("Oslo").await.unwrap(), "perhaps rain in Oslo");
    assert!(begun.elapsed() > Duration::from_secs(2), "two attempts of a second each");
}

#[requires_approval]
fn refund(amount: u32, card: String) -> BoxFuture<'static, Outcome<u32>> {
    Box::pin(async move {
        let amount = amount;
        let card = card;
        let ret: Outcome<u32> = { Ok(amount + u32::try_from(card.len()).unwrap()) };
        ret
    })
}

#[tokio::test]
async fn nothing_runs_without_an_approval() {
    assert!(matches!(refund(40, "1234".to_owned()).await, Err(Fault::Denied { .. })));

    let ana = approver::Scripted::new([Decision::approve()]);
    assert_eq!(Scope::current().approver(ana.clone()).run(refund(40, "1234".to_owned())).await, Ok(44));
    assert_eq!(ana.requests()[0].to_string(), "refund(amount = 40, card = \"1234\")");
}

#[agent(max_steps = 3)]
fn assistant(seen: &mut Vec<u32>) -> BoxFuture<'_, Outcome<Step<usize>>> {
    Box::pin(async move {
        seen.push(1);
        Ok(if seen.len() == 3 { Step::Done(seen.len()) } else { Step::Next })
    })
}

#[tokio::test]
async fn an_agent_loops_over_the_future() {
    let mut seen = Vec::new();
    let answer: BoxFuture<'_, Outcome<usize>> = assistant(&mut seen);
    assert_eq!(answer.await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_future_is_awaited() {
    let service = Service::default();
    drop(service.in_a_block_of_its_own("Oslo".to_owned()));
    assert_eq!(service.calls(), 0);
}
