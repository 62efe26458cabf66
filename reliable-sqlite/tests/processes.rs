//! Several processes on one file. A child is this test binary itself, told by a variable which part it plays.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reliable::durable::{self, HaltKind, Status};
use reliable::sqlite::Store;
use reliable::{Decision, Fault, requires_approval};

const PART: &str = "RELIABLE_SQLITE_PART";

/// Begins a child, which plays this part on this file.
fn child(part: &str, file: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_part_of_a_child", "--nocapture", "--test-threads=1"]);
    command.env(PART, part).env("RELIABLE_SQLITE_FILE", file);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Waits until it says something that begins so, and gives the rest.
fn said(child: &mut Child, what: &str) -> String {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let found = lines.map_while(Result::ok).find_map(|line| line.split_once(what).map(|(_, rest)| rest.to_owned()));
    found.unwrap_or_else(|| panic!("it never said `{what}`"))
}

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

async fn trip(is_child: bool) -> Result<u32, String> {
    let first = durable::call("first").run(async { Ok::<_, String>(std::process::id()) }).await?;
    if is_child {
        println!("recorded");
        std::io::stdout().flush().unwrap();
        std::future::pending::<()>().await;
    }
    Ok(first)
}

#[tokio::test]
async fn the_part_of_a_child() {
    let (Ok(part), Ok(file)) = (std::env::var(PART), std::env::var("RELIABLE_SQLITE_FILE")) else { return };
    let store = Store::open(file).unwrap();
    match part.as_str() {
        "run" => drop(store.run("trip-42", trip(true)).await),
        "answer" => {
            let question = store.inbox().pending().await.unwrap().remove(0);
            println!("ready");
            std::io::stdin().read_line(&mut String::new()).unwrap();
            let decision = Decision::approve().by(std::process::id().to_string());
            println!("counts {}", store.inbox().answer(&question.id, decision).await.unwrap());
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_run_is_the_process_s_that_lives_and_at_once_another_one_s_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.db");
    for _ in 0..5 {
        let mut process = child("run", &file);
        said(&mut process, "recorded");
        let store = Store::open(&file).unwrap();
        let halt = store.run("trip-42", trip(false)).await.unwrap_err();
        assert_eq!(halt.kind, HaltKind::Busy);
        assert!(halt.message.contains(&format!("in process {} on", process.id())), "{halt}");
        assert_eq!(store.list().await.unwrap()[0].status, Status::Running);
        process.kill().unwrap();
        process.wait().unwrap();
        assert_eq!(store.list().await.unwrap()[0].status, Status::Waiting, "nobody is at it any more");
    }
    let store = Store::open(&file).unwrap();
    let first = store.run("trip-42", trip(false)).await.unwrap().unwrap();
    assert_ne!(first, std::process::id(), "it was recorded by the first of them");
    drop(store);
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["agent.db"], "what the dead have left is cleared away");
}

#[tokio::test]
async fn who_opens_the_file_clears_away_what_the_dead_have_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.db");
    let lives = Store::open(&file).unwrap();
    let mut process = child("run", &file);
    said(&mut process, "recorded");
    process.kill().unwrap();
    process.wait().unwrap();
    let _store = Store::open(&file).unwrap();
    let owners: u32 = rusqlite::Connection::open(&file)
        .unwrap()
        .query_row("SELECT count(*) FROM owner", [], |row| row.get(0))
        .unwrap();
    let names = folder.path().read_dir().unwrap().map(|file| file.unwrap().file_name());
    let files = names.filter(|name| name.to_string_lossy().contains("-owner-")).count();
    assert_eq!((owners, files), (2, 2), "those of the two that live");
    assert_eq!(lives.list().await.unwrap()[0].status, Status::Waiting);
}

#[tokio::test]
async fn of_ten_processes_that_answer_one_question_exactly_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.db");
    let store = Store::open(&file).unwrap();
    let run = store.run("order-7", refund(40));
    let humans = async {
        while store.inbox().pending().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        tokio::task::spawn_blocking(move || {
            let mut children: Vec<_> = (0..10).map(|_| child("answer", &file)).collect();
            for child in &mut children {
                said(child, "ready");
            }
            for child in &mut children {
                writeln!(child.stdin.as_mut().unwrap(), "go").unwrap();
            }
            let answered = children.iter_mut().map(|child| (child.id(), said(child, "counts ")));
            let counts: Vec<_> = answered.filter(|(_, counts)| counts == "true").map(|(process, _)| process).collect();
            for mut child in children {
                child.wait().unwrap();
            }
            counts
        })
        .await
        .unwrap()
    };
    let (refunded, counts) = tokio::join!(run, humans);
    assert_eq!(refunded.unwrap(), Ok(40), "the run hears of it at once");
    assert_eq!(counts.len(), 1, "{counts:?}");
    let trail = store.trail("order-7").await.unwrap();
    assert_eq!(trail[0].decision, Some(Decision::approve().by(counts[0].to_string())));
}
