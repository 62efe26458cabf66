#[durable]
pub async fn book(city: &str) -> Result<Booking, TripError> {
    reserve(city).await
}
