//! What the file remembers: across processes, restarts and versions, and how long.

use std::path::Path;
use std::time::Duration;

use reliable::durable::Question;
use reliable::sqlite::Store;
use reliable::{Decision, Fault, requires_approval};
use rusqlite::Connection;

#[requires_approval(remember(to), redact(card), reason = "money leaves the house")]
async fn pay(to: &str, card: &str, amount: u32) -> Result<u32, Fault> {
    let _ = (to, card);
    Ok(amount)
}

fn always() -> Decision {
    Decision::approve().by("ana").remember()
}

/// The question that this run asks; then its process is dead.
async fn asked(path: &Path, run: &str, to: &str) -> Question {
    let store = Store::open(path).unwrap();
    let asks = store.run(run, pay(to, "4711", 40));
    let look = async {
        loop {
            let pending = store.inbox().pending().await.unwrap();
            if let Some(question) = pending.into_iter().find(|question| question.run == run) {
                return question;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        paid = asks => panic!("nobody was asked: {paid:?}"),
        question = look => question,
    }
}

fn sql(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn an_answer_outlives_the_process_and_the_run_and_a_person_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let question = asked(&path, "first", "bob").await;
    let desk = Store::open(&path).unwrap();
    assert!(desk.inbox().answer(&question.id, always()).await.unwrap());
    assert!(desk.cancel("first").await.unwrap());
    assert_eq!(desk.forget(Duration::ZERO).await.unwrap(), 1);
    drop(desk);

    let store = Store::open(&path).unwrap();
    assert_eq!(store.run("second", pay("bob", "another card", 50)).await.unwrap(), Ok(50));
    let trail = store.trail("second").await.unwrap();
    assert_eq!((trail[0].remembered, &trail[0].decision), (Some(question.id), &Some(Decision::approve().by("ana"))));
    assert_eq!(
        sql(&path, "SELECT concat_ws('|', run, function, call, same, answer, by, expires) FROM grants"),
        [r#"first|grants::pay|pay(to = "bob", card = <redacted>, amount = 40)|to|approved|ana"#]
    );
    assert!(!sql(&path, r#"SELECT granted FROM "grant""#)[0].contains("4711"), "what is redacted is nowhere");

    // Whoever deletes the row has revoked it.
    sql(&path, r#"DELETE FROM "grant" RETURNING question"#);
    asked(&path, "third", "bob").await;
}

#[tokio::test(start_paused = true)]
async fn it_expires_and_the_table_does_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let week = Duration::from_secs(7 * 24 * 3600);
    let store = Store::open(&path).unwrap().remember_for(week);
    let answer = async |run: &str, to: &str| {
        let inbox = store.inbox();
        let human = async {
            loop {
                if let Some(question) = inbox.pending().await.unwrap().first() {
                    assert_eq!(question.request.remember.as_ref().unwrap().at_most, Some(week));
                    return inbox.answer(&question.id, always()).await.unwrap();
                }
                tokio::task::yield_now().await;
            }
        };
        let (paid, counts) = tokio::join!(store.run(run, pay(to, "4711", 40)), human);
        assert!(counts && paid.unwrap().is_ok());
    };
    answer("first", "bob").await;
    let grant = store.grants().list().await.unwrap().remove(0);
    assert_eq!(grant.expires_at.unwrap().duration_since(grant.given_at).unwrap(), week);
    store.run("second", pay("bob", "4711", 40)).await.unwrap().unwrap();
    tokio::time::advance(week).await;
    assert_eq!(store.grants().list().await.unwrap(), []);
    assert!(!store.grants().revoke(&grant.question.id).await.unwrap());
    answer("third", "bob").await;
    tokio::time::advance(week).await;
    answer("fourth", "eve").await;
    assert_eq!(sql(&path, r#"SELECT call FROM "grant""#).len(), 1);
    // What a person writes there holds.
    sql(&path, r#"UPDATE "grant" SET expires = given RETURNING call"#);
    assert_eq!(store.grants().list().await.unwrap(), []);
}

/// It answers nothing: a human is asked.
#[tokio::test]
async fn one_that_can_not_be_read_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let question = asked(&path, "first", "bob").await;
    let store = Store::open(&path).unwrap();
    assert!(store.inbox().answer(&question.id, always()).await.unwrap());
    for edit in [
        "answer = 'denied'",
        "granted = '{'",
        "granted = replace(granted, 'Approved', 'Denied')",
        "run = 'another'",
        "function = 'other::pay'",
        "expires = 'tomorrow'",
        "expires = '2099-01-01'",
    ] {
        let before = sql(&path, r#"SELECT json_array(answer, granted, run, function, expires) FROM "grant""#).remove(0);
        sql(&path, &format!(r#"UPDATE "grant" SET {edit} RETURNING call"#));
        let grants = store.grants().list().await.unwrap();
        let told = grants[0].to_string();
        assert_eq!((grants.len(), grants[0].question.id), (1, question.id), "{edit}");
        assert!(told.contains("can't be read, and answers nothing"), "{edit}: {told}");
        assert_eq!(sql(&path, "SELECT answer FROM grants"), ["unreadable"], "{edit}");
        asked(&path, edit, "bob").await;
        let connection = Connection::open(&path).unwrap();
        let back = r#"UPDATE "grant" SET (answer, granted, run, function, expires) =
                      (?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3, ?1 ->> 4)"#;
        connection.execute(back, [before]).unwrap();
    }
    // As it was, it holds.
    assert_eq!(sql(&path, "SELECT answer FROM grants"), ["approved"]);
    assert_eq!(store.run("second", pay("bob", "", 50)).await.unwrap(), Ok(50));
}

/// It may be a no: a yes does not take its place, and it is there to be seen and revoked.
#[tokio::test]
async fn one_that_can_not_be_read_is_not_forgotten_for_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let answer = async |run: &str, decision: Decision| {
        let question = asked(&path, run, "bob").await;
        let store = Store::open(&path).unwrap();
        assert!(store.inbox().answer(&question.id, decision).await.unwrap());
        (question.id, store)
    };
    let no = || Decision::deny("never").remember();
    let (first, _) = answer("first", no()).await;
    for spoilt in ["granted = '{'", "answer = 'approved'"] {
        sql(&path, &format!(r#"UPDATE "grant" SET {spoilt} RETURNING call"#));
        let (_, store) = answer(spoilt, always()).await;
        let grants = store.grants().list().await.unwrap();
        assert_eq!((grants.len(), grants[0].question.id), (1, first));
        assert!(grants[0].unreadable.is_some() && !grants[0].is_yes());
    }
    let (again, store) = answer("again", no()).await;
    let grants = store.grants().list().await.unwrap();
    assert_eq!((grants.len(), grants[0].question.id, &grants[0].unreadable), (1, again, &None));
    sql(&path, r#"UPDATE "grant" SET granted = '{' RETURNING call"#);
    assert!(store.grants().revoke(&again).await.unwrap());
    assert_eq!(store.grants().list().await.unwrap(), []);
}

#[tokio::test]
async fn where_it_can_not_be_read_for_what_an_answer_holds_it_counts_and_is_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    for (run, spoilt) in [("first", "'{'"), ("second", "'null'"), ("third", "NULL")] {
        let question = asked(&path, run, "bob").await;
        assert!(question.request.remember.is_some());
        sql(&path, &format!("UPDATE question SET alike = {spoilt} RETURNING id"));
        let store = Store::open(&path).unwrap();
        assert_eq!(store.inbox().pending().await.unwrap()[0].request.remember, None, "nobody is offered it");
        assert!(store.inbox().answer(&question.id, always()).await.unwrap());
        assert_eq!(store.run(run, pay("bob", "4711", 40)).await.unwrap(), Ok(40));
        assert_eq!(store.grants().list().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_question_that_can_not_be_read_is_told_as_that_and_no_other_suffers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    for (run, to) in [("bad", "bob"), ("good", "eve")] {
        asked(&path, run, to).await;
    }
    let of = "WHERE run = (SELECT key FROM run WHERE id = 'bad') RETURNING tool";
    sql(&path, &format!("UPDATE question SET id = 'zz' {of}"));
    let store = Store::open(&path).unwrap();
    let pending = store.inbox().pending().await.unwrap();
    assert_eq!((pending.len(), &*pending[0].run, &*pending[1].run), (2, "bad", "good"));
    let reason = pending[0].request.reason.as_deref().unwrap();
    assert!(reason.contains("can't be read") && reason.contains("`zz`"), "{reason}");
    assert!(!store.inbox().answer(&pending[0].id, Decision::approve()).await.unwrap());
    let trail = store.trail("bad").await.unwrap();
    assert_eq!((trail.len(), trail[0].question.request.reason.as_deref()), (1, Some(reason)));
}

/// As it was before answers were remembered.
#[tokio::test]
async fn a_file_of_the_first_version_is_brought_forward() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../src/schema.sql")).unwrap();
    let before = "INSERT INTO meta VALUES ('key', '0123456789abcdef0123456789abcdef');
        INSERT INTO run (id, seed, created) VALUES ('trip-42', '0123456789abcdef0123456789abcdef', '2026-11-26T16:32:33.123Z');
        PRAGMA journal_mode = WAL; PRAGMA application_id = 1919705708; PRAGMA user_version = 1;";
    connection.execute_batch(before).unwrap();
    drop(connection);
    let question = asked(&path, "trip-42", "bob").await;
    let store = Store::open(&path).unwrap();
    assert!(store.inbox().answer(&question.id, always()).await.unwrap());
    assert_eq!(store.run("other", pay("bob", "", 50)).await.unwrap(), Ok(50));
    assert_eq!(sql(&path, "SELECT CAST(user_version AS TEXT) FROM pragma_user_version"), ["2"]);
}
