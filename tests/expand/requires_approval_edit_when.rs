#[requires_approval(when = pieces > 10, edit(pieces, note))]
#[timeout(secs = 2)]
pub async fn order(pieces: u32, mut note: String) -> Result<Receipt, MailError> {
    note.push('!');
    place(pieces, &note).await
}
