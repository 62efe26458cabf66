#[fallback(no_booking)]
#[requires_approval]
#[durable]
#[retry(max = 3)]
#[timeout(secs = 20)]
pub async fn book(city: &str) -> Result<Booking, TripError> {
    reserve(city).await
}
