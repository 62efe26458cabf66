#[durable(error = TripError::told, redact(card), idempotency_key)]
pub async fn pay(city: &str, card: &str) -> Result<Booking, TripError> {
    charge(city, card, idempotency_key).await
}
