#[durable]
#[retry(max = 3)]
pub async fn book(city: &str) -> Result<Booking, TripError> {
    reserve(city).await
}
