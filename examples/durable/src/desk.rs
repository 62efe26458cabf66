//! Where a human looks and answers, whether the trip runs or not: the same on each engine.

use reliable::Decision;
use reliable::durable::{Question, Runs, StoreError};

/// What is asked; it is said if nothing is.
pub async fn questions(runs: &Runs) -> Result<Vec<Question>, StoreError> {
    let questions = runs.inbox().pending().await?;
    if questions.is_empty() {
        println!("nothing is asked");
    }
    Ok(questions)
}

pub async fn answer(runs: &Runs, decision: &Decision) -> Result<(), StoreError> {
    for question in questions(runs).await? {
        let counts = runs.inbox().answer(&question.id, decision.clone()).await?;
        println!("{}: {}", question.request, if counts { "answered" } else { "too late, somebody was quicker" });
    }
    Ok(())
}
