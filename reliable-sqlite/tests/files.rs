//! What is no file of ours is refused, and left as it is; what is over is forgotten.

use std::time::Duration;

use reliable::durable::{self, Status};
use reliable::sqlite::Store;
use reliable::{Event, Recorder, Scope};
use rusqlite::Connection;

fn refused(path: &std::path::Path) -> String {
    Store::open(path).unwrap_err().message
}

#[test]
fn what_is_no_file_of_ours_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are my notes, and they are no database at all\n".repeat(100)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let words = refused(&path);
    assert!(words.contains("no SQLite database") && words.contains("a file of its own"), "{words}");
    assert!(words.contains("notes.txt"), "{words}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let path = folder.path().join("shop.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE orders (id)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let words = refused(&path);
    assert!(words.contains("a database of another program") && words.contains("a file of its own"), "{words}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let path = folder.path().join("newer.db");
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let words = refused(&path);
    assert!(words.contains("newer version") && words.contains("schema 99"), "{words}");

    let words = refused(&folder.path().join("nowhere").join("agent.db"));
    assert!(words.contains("can't be opened") && words.contains("its folder"), "{words}");
}

#[test]
fn what_is_kept_in_no_file_is_refused_in_words_that_say_what_to_write() {
    for (path, words) in [
        ("", "durable::Memory"),
        (":memory:", "durable::Memory"),
        ("file:agent.db?mode=memory&cache=shared", "durable::Memory"),
        ("file::memory:", "durable::Memory"),
        ("file:agent.db?mode=ro", "the path alone"),
    ] {
        let refused = refused(path.as_ref());
        assert!(refused.contains(words) && !std::path::Path::new(path).exists(), "{path}: {refused}");
    }
}

/// What the `sqlite3` program shows of the views.
fn view(path: &std::path::Path, columns: &str, view: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(&format!("SELECT concat_ws('|', {columns}) FROM {view}")).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[reliable::requires_approval(reason = "money leaves the house", within = "2d")]
async fn refund(amount: u32) -> Result<u32, reliable::Fault> {
    Ok(amount)
}

#[tokio::test]
async fn a_person_reads_the_views() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let store = Store::open(&path).unwrap();
    let long = "ä".repeat(3000);
    let pay = |note: String| {
        durable::call("pay").shown(|call| call.show("note", note).redact("card")).run(async { Ok::<_, String>(42) })
    };
    store
        .run("trip-42", async { Ok::<_, String>((pay("one".to_owned()).await?, pay(long).await?)) })
        .await
        .unwrap()
        .unwrap();
    let asks = store.run("order-7", refund(40));
    let look = async {
        while store.inbox().pending().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            view(&path, "id, status, process, recorded, came_to", "runs"),
            [format!("order-7|open|{}|0", std::process::id()), "trip-42|ended|2|{\"Ok\":[42,42]}".to_owned(),]
        );
        let history = view(&path, "run, place, kind, tool, number, arguments, outcome", "history");
        assert_eq!(history[0], r#"trip-42|1|call|pay|1|note = one, card = <redacted>|{"Ok":42}"#);
        let pending = view(&path, "run, call, reason", "pending");
        assert_eq!(pending, ["order-7|refund(amount = 40)|money leaves the house"]);
    };
    tokio::select! {
        _ = asks => panic!("nobody has answered"),
        () = look => {}
    }
}

#[tokio::test]
async fn arguments_are_the_same_when_they_are_read_back_however_long_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let long = "ä".repeat(3000);
    let pay = || durable::call("pay").shown(|call| call.show("note", long.clone())).run(async { Ok::<_, String>(42) });
    let store = Store::open(&path).unwrap();
    let halted = store.run("trip-42", async {
        pay().await?;
        let task = Scope::current().run(async { durable::call("pay").run(async { Ok::<_, String>(1) }).await });
        tokio::spawn(task).await.unwrap()
    });
    halted.await.unwrap_err();
    assert!(store.resume("trip-42").await.unwrap());
    let recorder = Recorder::new();
    let scope = Scope::current().recorder(&recorder);
    assert_eq!(scope.run(store.run("trip-42", async { pay().await })).await.unwrap(), Ok(42));
    let told: Vec<_> = recorder.report().entries().iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(told, [Event::ReadBack { tool: "pay".into(), number: 1, same_arguments: true }]);
}

#[tokio::test(start_paused = true)]
async fn what_is_long_over_is_forgotten_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let store = Store::open(&path).unwrap();
    let day = Duration::from_secs(24 * 3600);
    let count = || durable::call("count").run(async { Ok::<_, String>(1) });
    for n in 0..210 {
        store
            .run(format!("old-{n}"), async { Ok::<_, String>(count().await? + count().await?) })
            .await
            .unwrap()
            .unwrap();
    }
    store.submit("none", "cancelled", &()).await.unwrap();
    assert!(store.cancel("cancelled").await.unwrap());
    store.submit("none", "waits", &()).await.unwrap();
    let in_a_task = async {
        let task = Scope::current().run(async { durable::call("pay").run(async { Ok::<_, String>(1) }).await });
        tokio::spawn(task).await.unwrap()
    };
    store.run("parked", in_a_task).await.unwrap_err();
    tokio::time::advance(2 * day).await;
    store.run("new", async { count().await }).await.unwrap().unwrap();

    assert_eq!(store.forget(3 * day).await.unwrap(), 0);
    assert_eq!(store.forget(day).await.unwrap(), 211);
    let left: Vec<_> = store.list().await.unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(left, ["new", "parked", "waits"]);
    assert_eq!(view(&path, "count(*)", "entry"), ["1"]);
    assert!(store.show("old-7").await.unwrap_err().message.contains("there is no run `old-7`"));
    assert_eq!(store.forget(Duration::MAX).await.unwrap(), 0);
    assert!(store.resume("parked").await.unwrap());
    assert!(matches!(store.list().await.unwrap()[1].status, Status::Waiting));
    assert_eq!(store.forget(Duration::ZERO).await.unwrap(), 1, "also what has ended in this very millisecond");
}

#[tokio::test]
async fn a_copy_that_is_made_while_it_runs_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("agent.db"), folder.path().join("copy.db"));
    let store = Store::open(&path).unwrap();
    let count = || durable::call("count").run(async { Ok::<_, String>(1) });
    let outcome = store.run("trip-42", async {
        count().await?;
        Connection::open(&path).unwrap().execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
        count().await
    });
    assert_eq!(outcome.await.unwrap(), Ok(1));
    let copied = Store::open(&copy).unwrap();
    assert_eq!(copied.show("trip-42").await.unwrap().len(), 1);
    assert_eq!(copied.run("trip-42", async { Ok::<_, String>(count().await? + count().await?) }).await.unwrap(), Ok(2));
}
