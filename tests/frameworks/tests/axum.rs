//! `axum`: annotated handlers with extractors, behind a real router.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, debug_handler};
use reliable::{Fault, FaultKind, circuit_breaker, fallback, requires_approval, retry, timeout};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

#[derive(Debug, thiserror::Error)]
enum ApiError {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match FaultKind::of(&self) {
            Some(FaultKind::TimedOut) => StatusCode::GATEWAY_TIMEOUT,
            Some(FaultKind::Denied | FaultKind::Expired) => StatusCode::FORBIDDEN,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.to_string()).into_response()
    }
}

#[derive(Clone, Default)]
struct App {
    calls: Arc<AtomicU32>,
}

#[derive(Debug, Serialize)]
struct Forecast {
    city: String,
    calls: u32,
}

#[derive(Debug, Deserialize)]
struct Refund {
    amount: u32,
}

#[retry(max = 3)]
#[circuit_breaker(failures = 10)]
#[debug_handler]
async fn forecast(State(app): State<App>, Path(city): Path<String>) -> Result<Json<Forecast>, ApiError> {
    match app.calls.fetch_add(1, Ordering::Relaxed) + 1 {
        1 | 2 => Err(ApiError::Busy),
        calls => Ok(Json(Forecast { city: city.clone(), calls })),
    }
}

#[debug_handler]
#[timeout(secs = 1)]
async fn hanging() -> Result<&'static str, ApiError> {
    std::future::pending().await
}

#[fallback(Ok("perhaps rain"))]
#[timeout(secs = 1)]
async fn guessing() -> Result<&'static str, ApiError> {
    std::future::pending().await
}

#[requires_approval(show(amount))]
async fn refund(State(app): State<App>, Json(Refund { amount }): Json<Refund>) -> Result<String, ApiError> {
    app.calls.fetch_add(1, Ordering::Relaxed);
    Ok(format!("refunded {amount}"))
}

async fn answer(app: &App, request: Request<Body>) -> (StatusCode, String) {
    let router = Router::new()
        .route("/forecast/{city}", get(forecast))
        .route("/hanging", get(hanging))
        .route("/guessing", get(guessing))
        .route("/refund", post(refund))
        .with_state(app.clone());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_handler_recovers() {
    let told = answer(&App::default(), get_request("/forecast/Oslo")).await;
    assert_eq!(told, (StatusCode::OK, r#"{"city":"Oslo","calls":3}"#.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_fault_becomes_a_response() {
    let app = App::default();
    let told = answer(&app, get_request("/hanging")).await;
    assert_eq!(told, (StatusCode::GATEWAY_TIMEOUT, "`hanging` timed out after 1s".to_owned()));
    assert_eq!(answer(&app, get_request("/guessing")).await, (StatusCode::OK, "perhaps rain".to_owned()));
}

#[tokio::test]
async fn a_handler_that_nobody_approves_does_not_run() {
    let app = App::default();
    let request = Request::post("/refund").header("content-type", "application/json");
    let told = answer(&app, request.body(Body::from(r#"{"amount": 40}"#)).unwrap()).await;
    assert_eq!(told, (StatusCode::FORBIDDEN, "`refund` was denied: no approver is installed".to_owned()));
    assert_eq!(app.calls.load(Ordering::Relaxed), 0);
}
