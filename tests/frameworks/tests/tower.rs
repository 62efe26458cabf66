//! `tower`: annotated functions as services, and one that a `Service::call` calls.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use reliable::{FaultKind, fallback, retry, timeout};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, service_fn};

static CALLS: AtomicU32 = AtomicU32::new(0);

#[retry(max = 3)]
#[timeout(secs = 1)]
async fn forecast(city: String) -> Result<String, BoxError> {
    match CALLS.fetch_add(1, Ordering::Relaxed) {
        0 => Err("busy".into()),
        1 => std::future::pending().await,
        _ => Ok(format!("sunny in {city}")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_as_a_service_below_layers() {
    let service = ServiceBuilder::new().timeout(Duration::from_secs(60)).service_fn(forecast);
    assert_eq!(service.oneshot("Oslo".to_owned()).await.unwrap(), "sunny in Oslo");
    assert_eq!(CALLS.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_found_in_the_boxed_error() {
    #[timeout(secs = 1)]
    async fn hanging((): ()) -> Result<Infallible, BoxError> {
        std::future::pending().await
    }
    let error = service_fn(hanging).oneshot(()).await.unwrap_err();
    assert_eq!(FaultKind::of(&*error), Some(FaultKind::TimedOut));
    assert_eq!(error.to_string(), "`hanging` timed out after 1s");
}

#[derive(Clone, Default)]
struct Weather {
    calls: Arc<AtomicU32>,
}

impl Weather {
    async fn answer(&self, city: &str) -> Result<String, BoxError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err("busy".into()),
            _ if city == "Atlantis" => Err("no such city".into()),
            _ => Ok(format!("sunny in {city}")),
        }
    }

    /// The future of a service may not borrow it: so the attributes stand on a function that owns what it needs.
    #[fallback(Ok(format!("nothing is known of {city}")))]
    #[retry(max = 3)]
    #[timeout(secs = 1)]
    async fn forecast(self, city: String) -> Result<String, BoxError> {
        self.answer(&city).await
    }
}

impl Service<String> for Weather {
    type Response = String;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, city: String) -> Self::Future {
        Box::pin(self.clone().forecast(city))
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_written_by_hand() {
    let weather = Weather::default();
    assert_eq!(weather.clone().oneshot("Oslo".to_owned()).await.unwrap(), "sunny in Oslo");
    assert_eq!(weather.calls.load(Ordering::Relaxed), 3);
    assert_eq!(weather.clone().oneshot("Atlantis".to_owned()).await.unwrap(), "nothing is known of Atlantis");
    assert_eq!(weather.calls.load(Ordering::Relaxed), 7);
}
