//! What a tool of rig fails with.

use std::error::Error;

use ::http::{HeaderMap, StatusCode};
use ::rig::tool::{Tool, ToolExecutionError};

use crate::frameworks::http;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::said::words;
use crate::seen::transient::Transient;

/// The tool's error for an error of any type, for `map_error` and `map_err`.
///
/// If `error` is a [`Fault`] or wraps one, however deep, the model reads of that ([`Fault::model_feedback`]), and of
/// nothing around it. Any other error is hidden from the model, as rig's own
/// [`from_error`](ToolExecutionError::from_error) does it. The message, for people, is the text of `error`, and
/// its source is `error` itself. A [`ToolExecutionError`] stays as it is.
///
/// ```
/// use reliable::requires_approval;
/// use rig::tool::{Tool, ToolContext, ToolExecutionError, ToolSet};
///
/// #[derive(Debug, thiserror::Error)]
/// enum MailError {
///     #[error("the mail server at 10.0.0.9 said {0}")]
///     Server(u16),
///     #[error(transparent)]
///     Fault(#[from] reliable::Fault),
/// }
///
/// struct SendMail;
///
/// impl Tool for SendMail {
///     const NAME: &'static str = "send_mail";
///     type Args = String;
///     type Output = String;
///     type Error = MailError;
/// #   fn description(&self) -> String { String::new() }
/// #   fn parameters(&self) -> rig::serde_json::Value { rig::serde_json::Value::Null }
///     // …
///
///     fn map_error(&self, error: MailError) -> ToolExecutionError {
///         reliable::rig::tool_error(error)
///     }
///
///     async fn call(&self, _context: &mut ToolContext, to: String) -> Result<String, MailError> {
///         send_mail(&to).await
///     }
/// }
///
/// #[requires_approval]
/// async fn send_mail(to: &str) -> Result<String, MailError> {
///     Err(MailError::Server(550))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut tools = ToolSet::default();
/// tools.add_tool(SendMail);
/// let result = tools.execute("send_mail", r#""ana""#, &mut ToolContext::new()).await;
/// assert!(result.is_refused());
/// assert_eq!(
///     result.output().as_text().unwrap(),
///     "`send_mail` was denied: no approver is installed. \
///      It did not run. Do not call it again unless the user asks you to."
/// );
/// # }
/// ```
pub fn tool_error<E>(error: E) -> ToolExecutionError
where
    E: Error + Send + Sync + 'static,
{
    let any: &(dyn Error + 'static) = &error;
    let fault = if any.is::<ToolExecutionError>() { None } else { Told::by(any) };
    match fault {
        Some(told) => told.in_words(words::told(&error)).with_source(error),
        None => ToolExecutionError::from_error(error),
    }
}

/// The name that a model knows a tool by: how the attributes on its `call` name it.
///
/// ```
/// use rig::rig_tool;
/// use rig::tool::ToolExecutionError;
///
/// #[rig_tool(description = "The weather in a city")]
/// async fn weather(city: String) -> Result<String, ToolExecutionError> {
///     Ok(format!("rain in {city}"))
/// }
///
/// assert_eq!(reliable::expansion::tool_name::<Weather>(), "weather");
/// ```
pub const fn tool_name<T: Tool>() -> &'static str {
    T::NAME
}

/// What is told of a fault.
struct Told {
    kind: FaultKind,
    to_model: String,
}

impl Told {
    /// Finds the fault that `error` is or wraps.
    fn by(error: &(dyn Error + 'static)) -> Option<Told> {
        Fault::find(error).map(|found| Told { kind: found.kind(), to_model: found.model_feedback() })
    }

    fn in_words(self, message: String) -> ToolExecutionError {
        use FaultKind as Kind;
        let error = match self.kind {
            Kind::TimedOut => ToolExecutionError::timeout(message),
            Kind::Denied => ToolExecutionError::refused(message),
            Kind::Expired | Kind::TooManyDenials => ToolExecutionError::permission_denied(message),
            Kind::CircuitOpen => ToolExecutionError::provider(message),
            Kind::Rejected => ToolExecutionError::rate_limited(message),
            Kind::Policy | Kind::CallLimit | Kind::StepLimit | Kind::OverBudget | Kind::Stuck => {
                ToolExecutionError::other(message)
            }
        };
        error
            .with_retryable(matches!(self.kind, Kind::TimedOut | Kind::Rejected | Kind::Policy))
            .with_code(format!("reliable.{}", self.kind.name()))
            .with_model_feedback(self.to_model)
    }
}

/// The table is in the module [`rig`](crate::frameworks::rig).
impl From<Fault> for ToolExecutionError {
    fn from(fault: Fault) -> ToolExecutionError {
        tool_error(fault)
    }
}

/// A fault in it goes first. Without one it is as `retryable` as it says; if it does not say, its HTTP status counts as in
/// the table of the module [`http`], and without a status it says nothing against a retry.
impl Transient for ToolExecutionError {
    fn is_transient(&self) -> bool {
        let by_itself = || match (self.retryable(), self.http_status()) {
            (Some(retryable), _) => retryable,
            (None, Some(status)) => {
                StatusCode::from_u16(status).is_ok_and(|status| http::is_transient(status, &HeaderMap::new()))
            }
            (None, None) => true,
        };
        self.fault().map_or_else(by_itself, |kind| kind.is_transient())
    }

    fn fault(&self) -> Option<FaultKind> {
        FaultKind::of(self)
    }
}
