//! What waits together is committed together, and what fails fails alone.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn line(folder: &tempfile::TempDir) -> Arc<Line> {
    let connection = Connection::open(folder.path().join("some.db")).unwrap();
    let sql = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x INTEGER UNIQUE, y BLOB);";
    connection.execute_batch(sql).unwrap();
    Line::of_writers(connection)
}

fn insert(line: &Arc<Line>, x: i64, bytes: usize) -> Told<()> {
    line.ask(move |connection| {
        connection.execute("INSERT INTO t VALUES (?, zeroblob(?))", (x, bytes as i64))?;
        Ok(())
    })
}

fn count(line: &Line) -> i64 {
    let connection = line.connection.lock().unwrap();
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

/// How many commits there were, by the size that the write-ahead log has grown to.
fn commits(folder: &tempfile::TempDir, work: impl FnOnce()) -> u64 {
    let changes =
        |connection: &Connection| -> i64 { connection.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap() };
    let looker = Connection::open(folder.path().join("some.db")).unwrap();
    let before = changes(&looker);
    work();
    u64::try_from(changes(&looker) - before).unwrap()
}

#[tokio::test]
async fn all_that_waits_is_one_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let transactions = Arc::new(AtomicUsize::new(0));
    let held = line.connection.lock().unwrap();
    let mut told = Vec::new();
    for x in 0..50 {
        let transactions = Arc::clone(&transactions);
        told.push(line.ask(move |connection| {
            // The first one of a transaction sees nothing of it yet.
            let changed: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?;
            let before = connection.prepare("SELECT 1 FROM t")?.exists([])?;
            if !before || changed == 0 {
                transactions.fetch_add(1, Ordering::SeqCst);
            }
            connection.execute("INSERT INTO t VALUES (?, NULL)", [x])?;
            Ok(())
        }));
    }
    drop(held);
    for told in told {
        told.await.unwrap();
    }
    assert_eq!((count(&line), transactions.load(Ordering::SeqCst)), (50, 1));
}

#[test]
fn what_waits_is_done_with_one_commit_also_by_whoever_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let commits = commits(&folder, || {
        // Nobody is attending: the first to come does it all.
        for x in 0..20 {
            line.push(
                Box::new(Asked {
                    work: move |connection: &Connection| {
                        connection.execute("INSERT INTO t VALUES (?, NULL)", [x])?;
                        Ok(())
                    },
                    done: None,
                    tell: drop::<Result<(), Trouble>>,
                }),
                false,
            );
        }
        line.now(
            |connection| {
                connection.execute("INSERT INTO t VALUES (20, NULL)", [])?;
                Ok(())
            },
            Result::unwrap,
        );
    });
    assert_eq!((count(&line), commits), (21, 1));
    drop(runtime);
}

#[tokio::test]
async fn what_fails_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let held = line.connection.lock().unwrap();
    let twice_and_failed = line.ask(|connection| {
        connection.execute("INSERT INTO t VALUES (100, NULL)", [])?;
        connection.execute("INSERT INTO t VALUES (100, NULL)", [])?;
        Ok(())
    });
    let told = [insert(&line, 1, 0), insert(&line, 1, 0), insert(&line, 2, 0)];
    drop(held);
    twice_and_failed.await.unwrap_err();
    let [one, again, two] = told;
    assert!(one.await.is_ok() && again.await.is_err() && two.await.is_ok());
    assert_eq!(count(&line), 2, "nothing of what failed is there");
}

#[tokio::test]
async fn when_the_disk_is_full_only_what_has_no_room_fails_and_it_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    line.connection.lock().unwrap().execute_batch("PRAGMA max_page_count = 20").unwrap();
    for round in 0..2 {
        let held = line.connection.lock().unwrap();
        let (small, large, other) =
            (insert(&line, 10 * round, 10), insert(&line, 10 * round + 1, 1 << 20), insert(&line, 10 * round + 2, 10));
        drop(held);
        small.await.unwrap();
        let trouble = large.await.unwrap_err().error("agent.db".as_ref());
        assert!(trouble.message.contains("the disk is full") && trouble.message.contains("make room"), "{trouble}");
        other.await.unwrap();
    }
    assert_eq!(count(&line), 4);
    line.connection.lock().unwrap().execute_batch("PRAGMA max_page_count = 1000000").unwrap();
    insert(&line, 99, 1 << 20).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let sql = "PRAGMA foreign_keys = ON; CREATE TABLE child (x REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED);";
    line.connection.lock().unwrap().execute_batch(sql).unwrap();
    let held = line.connection.lock().unwrap();
    let good = insert(&line, 1, 0);
    let orphan = line.ask(|connection| {
        connection.execute("INSERT INTO child VALUES (7)", [])?;
        Ok(())
    });
    drop(held);
    assert!(good.await.is_err() && orphan.await.is_err());
    assert_eq!(count(&line), 0);
    insert(&line, 1, 0).await.unwrap();
}

#[test]
fn a_runtime_that_ends_leaves_nothing_undone() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    for x in 0..50 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let told = runtime.block_on(async { insert(&line, x, 0) });
        runtime.shutdown_background();
        let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
        other.block_on(told).unwrap();
    }
    assert_eq!(count(&line), 50);
    // Without any runtime it is done on the spot, or by whoever is there still.
    drop(insert(&line, 50, 0));
    line.now(|_| Ok(()), drop);
    assert_eq!(count(&line), 51);
}
