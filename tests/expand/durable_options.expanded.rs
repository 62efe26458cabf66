pub async fn pay(city: &str, card: &str) -> Result<Booking, TripError> {
    let mut call = ::reliable::durable::call("pay")
        .here(|| {})
        .in_module(::core::module_path!())
        .shown(|call| {
            call
                .show("city", ::reliable::expansion::Inspect::new(&city).text())
                .redact("card")
        });
    let idempotency_key = call.idempotency_key();
    return call
        .run_with(
            async {
                let outcome: Result<Booking, TripError> = {
                    charge(city, card, idempotency_key).await
                };
                outcome
            },
            |words| TripError::told(words),
            |error| ::reliable::expansion::Inspect::new(error).told(),
        )
        .await;
}
