/// The function behind `#[requires_approval]`: `guarded!` looks whether a path leads to it.
#[doc(hidden)]
pub use send_email as _the_send_email_that_requires_approval;
pub async fn send_email(to: &str, (body, _): (&str, u32)) -> Result<Receipt, MailError> {
    let approval = ::reliable::Approval::new("send_email")
        .here(|| {})
        .in_module(::core::module_path!())
        .argument("to", ::reliable::expansion::Inspect::new(&to).digested().argument())
        .argument(
            "body",
            ::reliable::expansion::Inspect::new(&body).digested().argument(),
        )
        .not_shown("_", "the rest of (&str, u32)");
    let mut execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let outcome: Result<Receipt, MailError> = execution.run((deliver(to, body))).await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
