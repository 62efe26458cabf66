//! What waits together is committed together, and what fails fails alone.

use super::*;

fn line(folder: &tempfile::TempDir) -> Arc<Line> {
    let connection = Connection::open(folder.path().join("some.db")).unwrap();
    let sql = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x INTEGER UNIQUE, y BLOB);";
    connection.execute_batch(sql).unwrap();
    Line::of_writers(connection)
}

fn insert(line: &Arc<Line>, x: i64, bytes: i64) -> Told<()> {
    line.ask(move |connection| {
        connection.execute("INSERT INTO t VALUES (?, zeroblob(?))", (x, bytes))?;
        Ok(())
    })
}

fn count(line: &Line) -> i64 {
    let connection = line.connection.lock().unwrap();
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

/// How many commits there were: in the write-ahead log the last page of each says how large the file is then.
fn commits(folder: &tempfile::TempDir) -> usize {
    const PAGE: usize = 4096;
    let log = std::fs::read(folder.path().join("some.db-wal")).unwrap();
    let (head, pages) = log.split_at(32);
    let is_last = |page: &&[u8]| page[4..8] != [0; 4] && page[8..16] == head[16..24];
    pages.chunks_exact(24 + PAGE).filter(is_last).count()
}

#[tokio::test]
async fn all_that_waits_is_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let before = commits(&folder);
    let held = line.connection.lock().unwrap();
    let told: Vec<_> = (0..50).map(|x| insert(&line, x, 0)).collect();
    drop(held);
    for told in told {
        told.await.unwrap();
    }
    // Who attends may have come before the first of them was held up, and taken one alone.
    assert_eq!(count(&line), 50);
    assert!(commits(&folder) - before <= 2, "{}", commits(&folder) - before);
    for x in 50..60 {
        insert(&line, x, 0).await.unwrap();
    }
    assert!(commits(&folder) - before >= 11, "what comes later is a commit of its own");
}

#[test]
fn who_does_not_wait_does_all_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let line = line(&folder);
    let before = commits(&folder);
    let work = |x: i64| {
        move |connection: &Connection| {
            connection.execute("INSERT INTO t VALUES (?, NULL)", [x])?;
            Ok(())
        }
    };
    for x in 0..20 {
        // Nobody is on the way.
        line.push(Box::new(Asked { work: work(x), done: None, tell: Result::unwrap }), false);
    }
    line.now(work(20), Result::unwrap);
    assert_eq!((count(&line), commits(&folder) - before), (21, 1));
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
        let entered = runtime.enter();
        let told = insert(&line, x, 0);
        drop(entered);
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
