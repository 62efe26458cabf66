pub async fn order(pieces: u32, mut note: String) -> Result<Receipt, MailError> {
    let mut pieces_edit = ::reliable::expansion::EditOf::new(&pieces).none_yet();
    let mut note_edit = ::reliable::expansion::EditOf::new(&note).none_yet();
    let mut execution = if pieces > 10 {
        let approval = ::reliable::Approval::new("order")
            .here(|| {})
            .in_module(::core::module_path!())
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
    let outcome = execution
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
        )
        .await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
