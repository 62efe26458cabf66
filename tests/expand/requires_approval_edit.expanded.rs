pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let mut body_edit = ::reliable::expansion::EditOf::new(&body).none_yet();
    let approval = ::reliable::Approval::new("send_email")
        .here(|| {})
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
    let execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let body = body_edit.or(body);
    return execution
        .run(
            (deliver(to, body)),
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        )
        .await;
}
pub async fn order(pieces: u32, mut note: String) -> Result<Receipt, MailError> {
    let mut pieces_edit = ::reliable::expansion::EditOf::new(&pieces).none_yet();
    let mut note_edit = ::reliable::expansion::EditOf::new(&note).none_yet();
    let execution = if pieces > 10 {
        let approval = ::reliable::Approval::new("order")
            .here(|| {})
            .argument(
                "pieces",
                ::reliable::expansion::Inspect::new(&pieces).digested().argument(),
            )
            .argument(
                "note",
                ::reliable::expansion::Inspect::new(&note).digested().argument(),
            )
            .edit(
                "pieces",
                &mut pieces_edit.value,
                |pieces| ::reliable::expansion::Inspect::new(pieces).text(),
            )
            .edit(
                "note",
                &mut note_edit.value,
                |note| ::reliable::expansion::Inspect::new(note).text(),
            );
        let execution = ::reliable::expansion::Execution::of(&approval);
        if let ::core::result::Result::Err(fault) = approval.ask().await {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
        execution
    } else {
        ::reliable::expansion::Execution::unasked("order")
    };
    let pieces = pieces_edit.or(pieces);
    note = note_edit.or(note);
    let timeout = const { &::reliable::Timeout::secs(2) };
    return execution
        .run(
            timeout
                .run(
                    "order",
                    async {
                        let outcome: Result<Receipt, MailError> = {
                            note.push('!');
                            place(pieces, &note).await
                        };
                        outcome
                    },
                ),
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        )
        .await;
}
