//! A disk that is full, a file that is locked, read-only or damaged, while a run is under way.

use std::sync::atomic::{AtomicUsize, Ordering};

use reliable_runtime::approval::approver::Approver;
use reliable_runtime::approval::question::Approval;
use reliable_runtime::durable::call::call;
use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::records::{Status, Written};
use reliable_runtime::durable::runs::Runs;
use reliable_runtime::durable::workflows::Workflows;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::request::Request;
use reliable_runtime::scope::Scope;
use tempfile::TempDir;

use super::*;

struct World {
    folder: TempDir,
    file: Arc<OpenFile>,
    runs: Runs,
    ran: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Self {
        World::of(tempfile::tempdir().unwrap())
    }

    fn of(folder: TempDir) -> Self {
        let file = Arc::new(OpenFile::new(&folder.path().join("agent.db")).unwrap());
        let runs = Runs::of(Arc::<OpenFile>::clone(&file));
        World { folder, file, runs, ran: Arc::default() }
    }

    /// Before its third call something happens to the file.
    async fn trip(&self, happens: impl Fn(&Self)) -> Result<Result<usize, String>, Halt> {
        let count = || {
            call("count").run(async {
                self.ran.fetch_add(1, Ordering::SeqCst);
                Ok::<_, String>("x".repeat(20_000))
            })
        };
        self.runs
            .run("trip-42", async {
                count().await?;
                count().await?;
                happens(self);
                count().await?;
                count().await?;
                Ok(4)
            })
            .await
    }

    fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    fn sql(&self, sql: &str) {
        let sql = sql.to_owned();
        self.file.writers.outside(move |connection| connection.execute_batch(&sql).unwrap());
    }
}

fn is_told(halt: &Halt, words: &[&str]) {
    assert_eq!(halt.kind, HaltKind::Store);
    for words in words {
        assert!(halt.message.contains(words), "{halt}");
    }
}

#[tokio::test]
async fn a_full_disk_stops_the_run_and_with_room_it_goes_on() {
    let world = World::new();
    let halt = world.trip(|world| world.sql("PRAGMA max_page_count = 1")).await.unwrap_err();
    is_told(&halt, &["the disk is full", "make room, and run it again", "agent.db"]);
    assert_eq!(world.ran(), 3, "the third has run, and was not recorded; the fourth did not");
    assert_eq!(world.runs.list().await.unwrap()[0].status, Status::Waiting);
    world.sql("PRAGMA max_page_count = 1000000");
    assert_eq!(world.trip(|_| {}).await.unwrap(), Ok(4));
    assert_eq!(world.ran(), 5, "what was recorded did not run again");
}

#[tokio::test]
async fn a_worker_stops_on_a_full_disk_and_the_next_one_goes_on() {
    let world = World::new();
    world.runs.submit("trip", "trip-1", &1).await.unwrap();
    let workflows = |full: bool| {
        let file = Arc::clone(&world.file);
        Workflows::new().add("trip", move |n: u32| {
            let file = Arc::clone(&file);
            async move {
                if full {
                    file.writers.outside(|connection| connection.execute_batch("PRAGMA query_only = ON").unwrap());
                }
                call("double").run(async { Ok::<_, String>(2 * n) }).await
            }
        })
    };
    let error = world.runs.work(&workflows(true)).await.unwrap_err();
    assert!(error.message.contains("the file can't be written"), "{error}");
    world.sql("PRAGMA query_only = OFF");
    let (workflows, outcome) = (workflows(false), world.runs.outcome::<Result<u32, String>>("trip-1"));
    tokio::select! {
        stopped = world.runs.work(&workflows) => panic!("{stopped:?}"),
        outcome = outcome => assert_eq!(outcome.unwrap(), Ok(2)),
    }
}

/// There is room for a claim, and not for the outcome: it would run again, and again.
#[tokio::test]
async fn a_worker_does_not_do_again_what_can_not_be_written() {
    let world = World::new();
    world.sql("PRAGMA max_page_count = 60");
    world.runs.submit("large", "large-1", &1).await.unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let workflows = {
        let ran = Arc::clone(&ran);
        Workflows::new().add("large", move |_: u32| {
            let ran = Arc::clone(&ran);
            call("large").run(async move {
                ran.fetch_add(1, Ordering::Relaxed);
                Ok::<_, String>("x".repeat(2_000_000))
            })
        })
    };
    let error = world.runs.work(&workflows).await.unwrap_err();
    assert!(error.message.contains("the disk is full"), "{error}");
    assert_eq!(ran.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_file_that_somebody_keeps_locked_stops_the_run() {
    let world = World::new();
    world.sql("PRAGMA busy_timeout = 100");
    let other = Connection::open(world.folder.path().join("agent.db")).unwrap();
    let halt = world.trip(|_| other.execute_batch("BEGIN IMMEDIATE").unwrap()).await.unwrap_err();
    is_told(&halt, &["another program keeps the file locked", "end that"]);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(world.trip(|_| {}).await.unwrap(), Ok(4));
    assert_eq!(world.ran(), 5);
}

#[tokio::test]
async fn a_file_that_can_not_be_written_any_more_stops_the_run() {
    let world = World::new();
    let halt = world.trip(|world| world.sql("PRAGMA query_only = ON")).await.unwrap_err();
    is_told(&halt, &["the file can't be written", "let this user write it"]);
    world.sql("PRAGMA query_only = OFF");
    assert_eq!(world.trip(|_| {}).await.unwrap(), Ok(4));
}

#[tokio::test]
async fn a_row_that_can_not_be_read_is_named_and_nothing_runs() {
    let world = World::new();
    world.trip(|world| world.sql("PRAGMA max_page_count = 1")).await.unwrap_err();
    world.sql("PRAGMA max_page_count = 1000000");
    for (broken, words) in [
        ("UPDATE entry SET at = 'yesterday' WHERE place = 2", "`yesterday` is no time"),
        ("UPDATE entry SET noted = '7' WHERE place = 2", "`noted`"),
        ("UPDATE entry SET outcome = NULL WHERE place = 2", "it has no outcome"),
    ] {
        world.sql(&format!("SAVEPOINT broken; {broken}"));
        world.sql("RELEASE broken");
        let halt = world.trip(|_| {}).await.unwrap_err();
        is_told(&halt, &["row 2 of the table `entry`, of run `trip-42`", words]);
        let error = world.runs.show("trip-42").await.unwrap_err();
        assert!(error.message.contains("row 2 of the table `entry`"), "{error}");
        world.sql("UPDATE entry SET outcome = (SELECT outcome FROM entry WHERE place = 1), at = (SELECT at FROM entry WHERE place = 1), noted = NULL");
    }
    assert_eq!(world.ran(), 3);
    world.sql("UPDATE run SET status = 'ended'");
    let halt = world.trip(|_| {}).await.unwrap_err();
    is_told(&halt, &["run `trip-42` in the table `run`"]);
    world.sql("UPDATE run SET status = 'open', seed = 'none'");
    is_told(&world.trip(|_| {}).await.unwrap_err(), &["its seed is no number"]);
    world.sql("UPDATE run SET seed = lower(hex(randomblob(16)))");
    assert_eq!(world.trip(|_| {}).await.unwrap(), Ok(4));
}

#[tokio::test]
async fn an_outcome_that_is_no_json_parks_its_run_and_one_that_is_nested_deep_is_handed_out() {
    let world = World::new();
    world.trip(|world| world.sql("PRAGMA max_page_count = 1")).await.unwrap_err();
    world.sql("PRAGMA max_page_count = 1000000");
    let deep = format!("{{\"Ok\":{}{}}}", "[".repeat(1001), "]".repeat(1001));
    world.sql(&format!("UPDATE entry SET outcome = '{deep}' WHERE place = 2"));
    let shown = world.runs.show("trip-42").await.unwrap();
    assert_eq!(shown[1].entry.outcome, Written::Json(deep));
    world.sql("UPDATE entry SET outcome = '{\"Ok\":' WHERE place = 2");
    assert_eq!(world.trip(|_| {}).await.unwrap_err().kind, HaltKind::Mismatch);
    assert!(matches!(world.runs.list().await.unwrap()[0].status, Status::Parked(_)));
}

/// An approver whose correction can't be written down.
struct Deep;

impl Approver for Deep {
    async fn review(&self, _: &Request) -> Decision {
        let deep = (0..200).fold(serde_json::Value::Null, |deep, _| serde_json::Value::from(vec![deep]));
        Decision::approve().edit("amount", deep)
    }
}

/// What is wrong with one run is the trouble of that run.
#[tokio::test]
async fn a_worker_parks_a_run_whose_rows_can_not_be_read_and_takes_the_next_one() {
    let world = World::new();
    let twice = |file: &Arc<OpenFile>, is_stopped: bool| {
        let file = Arc::clone(file);
        Workflows::new().add("twice", move |n: u32| {
            let file = Arc::clone(&file);
            async move {
                let two = call("two").run(async { Ok::<_, String>(2) }).await?;
                if is_stopped {
                    file.writers.outside(|connection| connection.execute_batch("PRAGMA query_only = ON").unwrap());
                }
                call("double").run(async { Ok::<_, String>(two * n) }).await
            }
        })
    };
    let asks = |workflows: Workflows| {
        workflows.add("asks", |deep: bool| {
            let asked = async {
                let asked = Approval::new("pay").show("amount", "40".to_owned()).ask().await;
                asked.map_err(|fault| fault.to_string())
            };
            async move { if deep { Scope::current().approver(Deep).run(asked).await } else { asked.await } }
        })
    };
    world.runs.submit("asks", "question", &false).await.unwrap();
    let workflows = asks(Workflows::new());
    tokio::select! {
        stopped = world.runs.work(&workflows) => panic!("{stopped:?}"),
        () = async { while world.runs.inbox().pending().await.unwrap().is_empty() { tokio::task::yield_now().await } } => {}
    }
    world.sql("UPDATE question SET asked = 'yesterday'");
    world.runs.submit("asks", "answer", &true).await.unwrap();
    world.runs.submit("twice", "entry", &1).await.unwrap();
    world.runs.work(&twice(&world.file, true)).await.unwrap_err();
    world.sql("PRAGMA query_only = OFF");
    for run in ["seed", "began", "input", "good"] {
        world.runs.submit("twice", run, &21).await.unwrap();
    }
    world.sql("UPDATE entry SET at = 'yesterday'");
    world.sql("UPDATE run SET seed = 'none' WHERE id = 'seed'");
    world.sql("UPDATE run SET began = 'yesterday' WHERE id = 'began'");
    world.sql("UPDATE run SET input = CAST(x'ff' AS TEXT) WHERE id = 'input'");
    let workflows = asks(twice(&world.file, false));
    let ended = async {
        assert_eq!(world.runs.outcome::<Result<u32, String>>("good").await.unwrap(), Ok(42));
        for run in ["question", "answer"] {
            world.runs.outcome::<Result<(), String>>(run).await.unwrap_err();
        }
    };
    tokio::select! {
        stopped = world.runs.work(&workflows) => panic!("{stopped:?}"),
        () = ended => {}
    }
    let runs = world.runs.list().await.unwrap();
    for run in &runs[1..] {
        let Status::Parked(halt) = &run.status else { panic!("{run:?}") };
        assert!(halt.message.contains("resume") && halt.message.contains("can't be"), "{halt}");
        assert!(["can't be read (", "can be read again ("].iter().any(|words| halt.message.contains(words)), "{halt}");
    }
    assert_eq!(runs.len(), 7);
    assert!(world.runs.trail("answer").await.unwrap()[0].decision.is_none(), "what can't be read is no answer");
    world.sql("UPDATE run SET began = NULL WHERE id = 'began'");
    assert!(world.runs.resume("began").await.unwrap());
    let outcome = world.runs.outcome::<Result<u32, String>>("began");
    tokio::select! {
        stopped = world.runs.work(&workflows) => panic!("{stopped:?}"),
        outcome = outcome => assert_eq!(outcome.unwrap(), Ok(42)),
    }
}

#[tokio::test]
async fn a_damaged_file_is_told() {
    let world = World::new();
    world.trip(|_| {}).await.unwrap().unwrap();
    let World { folder, file, runs, .. } = world;
    drop((file, runs));
    let path = folder.path().join("agent.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    for page in 1..pages {
        bytes[page * 4096..page * 4096 + 200].fill(0xa5);
    }
    std::fs::write(&path, bytes).unwrap();
    let message = match OpenFile::new(&path) {
        Err(trouble) => trouble.error(&path).message,
        Ok(file) => {
            let runs = Runs::of(Arc::new(file));
            let trip = async { call("count").run(async { panic!("nothing is to run") }).await };
            runs.run::<std::pin::Pin<Box<dyn Future<Output = Result<u32, String>>>>>("trip-42", Box::pin(trip))
                .await
                .unwrap_err()
                .message
        }
    };
    assert!(message.contains("the file is damaged") && message.contains(".recover"), "{message}");
}

/// What is wrong with one row hides no other.
#[tokio::test]
async fn a_question_that_can_not_be_read_is_told_and_no_answer_to_it_counts() {
    let world = World::new();
    let ask = async |run: &str, tool: &'static str| {
        let asks = world.runs.run(run, async {
            let asked = Approval::new(tool).show("amount", "40".to_owned()).ask().await;
            asked.map_err(|fault| fault.to_string())
        });
        tokio::time::timeout(Duration::from_millis(50), asks).await.unwrap_err();
    };
    ask("broken", "pay").await;
    ask("good", "refund").await;
    let inbox = world.runs.inbox();
    let asked = inbox.pending().await.unwrap();
    world.sql("CREATE TABLE whole AS SELECT id, request, asked FROM question");
    for broken in ["request = '{'", "asked = 'yesterday'", "expires = 'x'", "request = CAST(x'ff' AS TEXT)"] {
        world.sql(&format!(
            "UPDATE question SET request = whole.request, asked = whole.asked, expires = NULL FROM whole WHERE whole.id = question.id;
             UPDATE question SET {broken} WHERE tool = 'pay'"
        ));
        let pending = inbox.pending().await.unwrap();
        let [one, other] = &pending[..] else { panic!("{broken}: {pending:?}") };
        assert_eq!((one.id, one.run.as_str(), &*one.request.tool), (asked[0].id, "broken", "pay"));
        let reason = one.request.reason.as_deref().unwrap();
        assert!(reason.contains("no answer to it counts") && reason.contains("in the table `question`"), "{reason}");
        assert_eq!(other, &asked[1]);
        let refused = inbox.answer(&one.id, Decision::approve()).await.unwrap_err();
        assert!(refused.message.contains("in the table `question`"), "{refused}");
    }
    assert!(inbox.answer(&asked[1].id, Decision::approve()).await.unwrap(), "the other one is answered");
}

#[tokio::test]
async fn a_run_that_can_not_be_read_is_listed_as_parked() {
    let world = World::new();
    for run in ["broken", "good"] {
        world.runs.submit("none", run, &1).await.unwrap();
    }
    for broken in ["status = 'ended'", "status = 'parked', halt = '{'", "version = CAST(x'ff' AS TEXT)"] {
        world.sql(&format!("UPDATE run SET status = 'open', halt = NULL; UPDATE run SET {broken} WHERE id = 'broken'"));
        let runs = world.runs.list().await.unwrap();
        assert_eq!((runs[0].id.as_str(), &runs[0].status, runs[1].id.as_str()), ("good", &Status::Waiting, "broken"));
        let Status::Parked(halt) = &runs[1].status else { panic!("{broken}: {runs:?}") };
        is_told(halt, &["run `broken` in the table `run` can't be read", "mend it there"]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_taken_away_stops_the_run_until_it_is_back() {
    let world = World::new();
    let (path, away) = (world.folder.path().join("agent.db"), world.folder.path().join("away.db"));
    let halt = world.trip(|_| std::fs::rename(&path, &away).unwrap()).await.unwrap_err();
    is_told(&halt, &["the file is not there any more", "put back", "agent.db"]);
    assert_eq!(world.ran(), 3, "the third has run, and was not recorded; the fourth did not");
    let error = world.runs.inbox().pending().await.unwrap_err();
    assert!(error.message.contains("not there any more"), "{error}");
    std::fs::copy(&away, &path).unwrap();
    let error = world.runs.list().await.unwrap_err();
    assert!(error.message.contains("another file is in its place"), "{error}");
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(world.trip(|_| {}).await.unwrap(), Ok(4));
    assert_eq!(world.ran(), 5, "what was recorded did not run again");
}

/// Whoever waits for an answer writes nothing.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_taken_away_stops_a_run_that_waits() {
    let world = World::new();
    let asks = world.runs.run("trip-42", async { Approval::new("pay").ask().await.map_err(|fault| fault.to_string()) });
    let take_away = async {
        while world.runs.inbox().pending().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        std::fs::remove_file(world.folder.path().join("agent.db")).unwrap();
    };
    let (halted, ()) = tokio::join!(asks, take_away);
    is_told(&halted.unwrap_err(), &["the file is not there any more"]);
}
