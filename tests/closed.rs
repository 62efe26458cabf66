//! A question ends with its call: the approver is told, and an answer that comes later runs nothing.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::approver::{Channel, Inbox, Question, channel};
use reliable::{Approver, Decision, Event, Fault, Request, Scope, requires_approval};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

static SENT: AtomicU32 = AtomicU32::new(0);

#[requires_approval(within = "10m")]
async fn send(letter: u32) -> Result<u32, Fault> {
    SENT.fetch_add(letter, Ordering::Relaxed);
    Ok(letter)
}

/// What was told.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<Vec<Event>>>);

impl Trail {
    fn of(&self, approver: Channel) -> Scope {
        let trail = Arc::clone(&self.0);
        Scope::current().approver(approver).listen(move |event| trail.lock().unwrap().push(event.clone()))
    }

    fn last(&self) -> Event {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

async fn over(question: &Question) {
    timeout(Duration::from_secs(1), question.closed()).await.expect("the question is told");
    assert!(!question.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_closes_its_question() {
    let ((approver, mut inbox), trail) = (channel(), Trail::default());
    let call = tokio::spawn(trail.of(approver).run(send(1)));
    let question = inbox.next().await.unwrap();
    assert!(question.is_open());
    assert!(timeout(Duration::from_secs(60), question.closed()).await.is_err(), "it stands open");
    call.abort();
    over(&question).await;
    let id = question.request().id;
    assert!(!question.answer(Decision::approve()), "that counts for nothing");
    assert!(matches!(trail.last(), Event::Withdrawn { id: told, .. } if told == id), "{}", trail.last());
    assert_eq!(SENT.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_expires_closes_its_question() {
    let ((approver, mut inbox), trail) = (channel(), Trail::default());
    let call = tokio::spawn(trail.of(approver).run(send(1 << 8)));
    let question = inbox.next().await.unwrap();
    sleep(Duration::from_secs(601)).await;
    over(&question).await;
    assert!(!question.answer(Decision::approve()));
    assert!(matches!(call.await.unwrap(), Err(Fault::Expired { .. })));
    assert!(matches!(trail.last(), Event::Refused { fault: Fault::Expired { .. }, .. }), "{}", trail.last());
    assert_eq!(SENT.load(Ordering::Relaxed) >> 8, 0);
}

/// A caller's own clock, and a race that the call loses.
#[tokio::test(start_paused = true)]
async fn a_call_that_somebody_gives_up_closes_its_question() {
    let (approver, mut inbox) = channel();
    let scope = Scope::current().approver(approver);
    let given_up = async {
        assert!(timeout(Duration::from_secs(5), scope.clone().run(send(0))).await.is_err());
        tokio::select! {
            _ = scope.run(send(0)) => unreachable!("nobody answers"),
            () = sleep(Duration::from_secs(5)) => {}
        }
        sleep(Duration::from_secs(5)).await;
    };
    let ui = async {
        for _ in 0..2 {
            inbox.next().await.unwrap().closed().await;
        }
    };
    tokio::join!(given_up, ui);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_end_may_be_broken_off_and_begun_again_and_done_by_several() {
    let (approver, mut inbox) = channel();
    let call = tokio::spawn(Scope::current().approver(approver).run(send(0)));
    let question = inbox.next().await.unwrap();
    for _ in 0..10 {
        tokio::select! {
            biased;
            () = question.closed() => unreachable!("it stands open"),
            () = yield_now() => {}
        }
    }
    let ended = async {
        sleep(Duration::from_secs(1)).await;
        call.abort();
    };
    tokio::join!(question.closed(), question.closed(), ended);
    question.closed().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_counts_in_the_midst_of_waiting_for_the_end() {
    let (approver, mut inbox) = channel();
    let ui = async {
        let question = inbox.next().await.unwrap();
        tokio::select! {
            () = question.closed() => unreachable!("it is answered"),
            () = sleep(Duration::from_secs(1)) => assert!(question.answer(Decision::approve())),
        }
    };
    let (sent, ()) = tokio::join!(Scope::current().approver(approver).run(send(0)), ui);
    assert_eq!(sent, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_an_inbox_that_goes_away_is_denied() {
    let (approver, inbox) = channel();
    let scope = Scope::current().approver(approver);
    let calls = async { tokio::join!(scope.clone().run(send(0)), scope.clone().run(send(0))) };
    let gone = async {
        yield_now().await;
        drop(inbox);
    };
    let ((one, other), ()) = tokio::join!(calls, gone);
    for denied in [one, other] {
        assert!(matches!(denied, Err(Fault::Denied { .. })), "{denied:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_not_handed_out_and_what_comes_after_it_is() {
    let (approver, mut inbox) = channel();
    let scope = Scope::current().approver(approver);
    for _ in 0..3 {
        assert!(scope.clone().run(send(0)).await.is_err());
    }
    let ui = async |inbox: &mut Inbox| inbox.next().await.unwrap().answer(Decision::approve());
    let (sent, counted) = tokio::join!(scope.run(send(0)), ui(&mut inbox));
    assert_eq!((sent, counted), (Ok(0), true));
}

/// Takes what comes first of what several people say.
struct Several(tokio::sync::Mutex<mpsc::UnboundedReceiver<Decision>>);

impl Approver for Several {
    async fn review(&self, _: &Request) -> Decision {
        self.0.lock().await.recv().await.unwrap_or_else(|| Decision::deny("nobody is left"))
    }
}

#[tokio::test]
async fn of_two_answers_the_first_counts() {
    for (first, second, runs) in
        [(Decision::deny("no"), Decision::approve(), false), (Decision::approve(), Decision::deny("no"), true)]
    {
        let (answer, answers) = mpsc::unbounded_channel();
        let trail = Trail::default();
        let (outcome, ()) = tokio::join!(
            trail.of(channel().0).approver(Several(tokio::sync::Mutex::new(answers))).run(send(0)),
            async {
                answer.send(first).unwrap();
                answer.send(second).unwrap();
            }
        );
        assert_eq!(outcome.is_ok(), runs);
        assert_eq!(trail.0.lock().unwrap().len(), 2, "asked, and answered once");
    }
}
