//! The approver of the whole process. One test in a binary of its own: what it installs is seen by every other test.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::approver::{self, Approve, Deny};
use reliable::{Approver, Decision, Fault, Request, Scope, requires_approval};

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

#[requires_approval(by = Approve)]
async fn approved_by_its_own(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

struct AsksWhenItGoes;

impl Approver for AsksWhenItGoes {
    async fn review(&self, _: &Request) -> Decision {
        Decision::deny("not by this one")
    }
}

impl Drop for AsksWhenItGoes {
    fn drop(&mut self) {
        let asked = pin!(refund(8)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(asked, Poll::Ready(Ok(8)));
        panic!("it does not want to go");
    }
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

    approver::install(AsksWhenItGoes);
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        approver::install(Approve);
        done.send(()).unwrap();
    });
    assert_eq!(is_done.recv_timeout(Duration::from_secs(20)), Ok(()), "it may ask, and panic, when it is dropped");
    assert_eq!(refund(7).await, Ok(7));
}
