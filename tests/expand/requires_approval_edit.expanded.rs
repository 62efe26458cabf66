pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let mut body_edit = ::reliable::expansion::EditOf::new(&body).none_yet();
    let approval = ::reliable::Approval::new("send_email")
        .here(|| {})
        .in_module(::core::module_path!())
        .argument("to", ::reliable::expansion::Inspect::new(&to).digested().argument())
        .argument(
            "body",
            ::reliable::expansion::Inspect::new(&body).digested().argument(),
        )
        .edit(
            "body",
            &mut body_edit.value,
            |body| ::reliable::expansion::Inspect::new(body).text(),
        );
    let mut execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let body = body_edit.or(body);
    let outcome: Result<Receipt, MailError> = execution.run((deliver(to, body))).await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
