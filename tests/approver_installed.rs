//! The approver of the whole process. One test in a binary of its own: what it installs is seen by every other test.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use reliable::approver::{self, Approve, Deny};
use reliable::{Fault, Scope, requires_approval};

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

#[requires_approval(by = Approve)]
async fn approved_by_its_own(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

#[tokio::test]
async fn the_installed_approver_is_asked_where_no_other_is_named() {
    refund(1).await.expect_err("nobody is installed yet");

    approver::install(Approve);
    assert_eq!(refund(2).await, Ok(2));
    assert_eq!(tokio::spawn(refund(3)).await.unwrap(), Ok(3), "in every task");
    assert!(Scope::current().approver(Deny).run(refund(4)).await.is_err(), "a scope comes first");

    approver::install(Deny);
    assert!(refund(5).await.is_err(), "it takes the place of the one before");
    assert_eq!(approved_by_its_own(6).await, Ok(6), "and `by` comes first");
}
