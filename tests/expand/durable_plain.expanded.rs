pub async fn book(city: &str) -> Result<Booking, TripError> {
    return ::reliable::durable::call("book")
        .here(|| {})
        .in_module(::core::module_path!())
        .shown(|call| {
            call.show("city", ::reliable::expansion::Inspect::new(&city).text())
        })
        .run(async {
            let outcome: Result<Booking, TripError> = { reserve(city).await };
            outcome
        })
        .await;
}
