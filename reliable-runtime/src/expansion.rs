//! What the expansions lean on that is no policy.

/// Tells the compiler the type that an `async` block returns, on a line that never runs:
/// `if false { return reliable::returns::<Result<Forecast, WeatherError>>(); }`.
///
/// A function's body knows what the function returns; the same body moved into an `async` block does not, and so loses
/// the help of `?`, `.into()` and coercions. An unreachable `return` of the declared type gives it back.
///
/// ```
/// # async fn f() -> Result<Box<dyn std::fmt::Display>, std::num::ParseIntError> {
/// async {
///     if false {
///         return reliable::returns::<Result<Box<dyn std::fmt::Display>, std::num::ParseIntError>>();
///     }
///     Ok(Box::new("21".parse::<u32>()?))
/// }
/// .await
/// # }
/// ```
///
/// # Panics
/// Always. It is never reached in an expansion.
pub fn returns<R>() -> R {
    unreachable!("a type hint is not a value")
}
