/// Says that a human is asked before the function runs: `guarded!` looks for it.
#[doc(hidden)]
pub const _SEND_EMAIL_REQUIRES_APPROVAL: ::reliable::expansion::Guarded = ::reliable::expansion::Guarded;
pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    if !to.ends_with("@example.com") {
        let approval = ::reliable::Approval::new("send_email")
            .reason("leaves the house")
            .show("to", ::reliable::expansion::Inspect::new(&to).text())
            .redact("body")
            .within(::core::time::Duration::from_secs(600));
        if let ::core::result::Result::Err(fault) = approval.ask().await {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    }
    { deliver(to, body).await }
}
