pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    if !to.ends_with("@example.com") {
        let approval = ::reliable::Approval::new("send_email")
            .here(|| {})
            .reason("leaves the house")
            .argument("to", ::reliable::expansion::Inspect::new(&to).digested().shown())
            .argument(
                "body",
                ::reliable::expansion::Inspect::new(&body).digested().redacted(),
            )
            .within(::core::time::Duration::from_secs(600));
        if let ::core::result::Result::Err(fault) = approval.ask().await {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    }
    { deliver(to, body).await }
}
