//! The drill in short, and what else only two processes show.
#![cfg(feature = "sqlite")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use engines::drill::agent::expected;
use engines::drill::child::{BUSY, Place, WORKFLOW};
use engines::drill::kills::{Drill, clear, folder, until_it_is_over, words};
use engines::drill::log::{What, read};
use engines::lab::until;
use reliable::durable::Status;
use reliable::sqlite::Store;
use reliable::{Decision, Fault};

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_drill").into()
}

fn place(folder: &Path) -> Place {
    Place { program: program(), store: folder.join("runs.db"), log: folder.join("log") }
}

#[tokio::test]
async fn ten_kills() {
    let drill = Drill { kills: 10, seed: 7, program: program(), folder: folder("ten-kills") };
    let report = drill.run().await;
    assert!(report.wrong.is_nothing() && report.kills == 10, "{}\n{report}", drill.folder.display());
    clear(&drill.folder);
}

/// The process that is there first goes on, and the other one is told who it is.
#[tokio::test]
async fn two_processes_at_one_run() {
    let folder = folder("two-processes");
    let place = place(&folder);
    let mut first = place.agent("trip-42", 1);
    until(async || (!read(&place.log).is_empty()).then_some(())).await;
    let mut second = place.agent("trip-42", 2);
    let status = until_it_is_over(&mut second, None).await.expect("nobody kills it");
    let said = words(&mut second);
    assert_eq!(status.code(), Some(i32::from(BUSY)), "{said}");
    assert!(said.contains("trip-42") && said.contains(&first.id().to_string()), "it says who has it: {said}");
    assert!(read(&place.log).iter().all(|line| line.life == 1), "it has done nothing");
    assert!(first.try_wait().unwrap().is_none(), "the first one goes on");

    // The kernel has let go of the run as soon as its process is dead.
    first.kill().unwrap();
    first.wait().unwrap();
    let mut third = place.agent("trip-42", 3);
    until(async || read(&place.log).iter().any(|line| line.life == 3).then_some(())).await;
    third.kill().unwrap();
    third.wait().unwrap();
    clear(&folder);
}

/// Two processes work, the one that is at the run dies, and the other one ends it.
#[tokio::test]
async fn a_worker_is_killed_and_another_one_goes_on() {
    let folder = folder("take-over");
    let place = place(&folder);
    let store = Store::open(&place.store).unwrap();
    let mut workers = [place.worker(1), place.worker(2)];
    for n in 0..3 {
        assert!(store.submit(WORKFLOW, format!("run-{n}"), &()).await.unwrap());
    }
    let work = async {
        until(async || (read(&place.log).len() >= 12).then_some(())).await;
        let dies = read(&place.log).last().expect("some").life;
        let dead = &mut workers[dies as usize - 1];
        dead.kill().unwrap();
        dead.wait().unwrap();
        for n in 0..3 {
            let outcome: Result<_, Fault> = store.outcome(&format!("run-{n}")).await.unwrap();
            assert_eq!(outcome, Ok(expected()));
        }
    };
    let human = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            for question in store.inbox().pending().await.unwrap() {
                store.inbox().answer(&question.id, Decision::approve()).await.unwrap();
            }
        }
    };
    tokio::select! { () = work => {}, () = human => {} }
    for worker in &mut workers {
        let _ = worker.kill();
        let _ = worker.wait();
    }
    let lines = read(&place.log);
    assert!([1, 2].iter().all(|life| lines.iter().any(|line| line.life == *life)), "both were at it");
    assert!(!lines.iter().any(|line| matches!(line.what, What::Swapped { .. })), "{lines:?}");
    for n in 0..3 {
        assert_eq!(store.trail(&format!("run-{n}")).await.unwrap().len(), 2, "asked once");
    }
    assert!(store.list().await.unwrap().iter().all(|info| info.status == Status::Ended));
    clear(&folder);
}
