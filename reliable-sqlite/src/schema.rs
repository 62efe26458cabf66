//! The shape of the file: whether it is one of ours, and brought forward where it is older.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::trouble::Trouble;

/// Each brings a file from the version of its number to the next.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql"), include_str!("grants.sql")];

/// What tells our files from other databases: `rlbl`.
const APPLICATION: i32 = 0x726c_626c;

/// So long somebody waits for another program that writes.
const BUSY: Duration = Duration::from_secs(5);

/// A connection to a file that is ours, of this version.
pub(crate) fn open(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // Before anything is changed in it.
    check(&connection, MIGRATIONS)?;
    // A commit is on the disk when it is told. With NORMAL it could be lost with the power.
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Trouble::store(format!(
            "the file can't be read and written by several at once here (its journal is `{mode}`): put it on a disk of this computer"
        )));
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    migrate(&mut connection, MIGRATIONS)?;
    Ok(connection)
}

/// Another connection to the same file, which only reads.
pub(crate) fn open_again(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// The version of the file: 0 where it is empty.
fn check(connection: &Connection, migrations: &[&str]) -> Result<usize, Trouble> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    if application != i64::from(APPLICATION) {
        if application == 0 && version == 0 && tables == 0 {
            return Ok(0);
        }
        return Err(Trouble::store("the file is a database of another program: give the store a file of its own"));
    }
    let known = migrations.len();
    usize::try_from(version).ok().filter(|version| *version <= known).ok_or_else(|| {
        Trouble::store(format!(
            "the file was written by a newer version of `reliable-sqlite` (schema {version}, and this one knows {known}): go on with that"
        ))
    })
}

fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), Trouble> {
    if check(connection, migrations)? == migrations.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let version = check(&transaction, migrations)?;
    for migration in &migrations[version..] {
        transaction.execute_batch(migration)?;
    }
    if version == 0 {
        transaction.execute("INSERT INTO meta (name, value) VALUES ('key', lower(hex(randomblob(16))))", [])?;
    }
    let (application, version) = (APPLICATION, migrations.len());
    transaction.execute_batch(&format!("PRAGMA application_id = {application}; PRAGMA user_version = {version};"))?;
    Ok(transaction.commit()?)
}

/// The random number that the file was given when it was made.
pub(crate) fn key(connection: &Connection) -> Result<u128, Trouble> {
    let key: String = connection.query_row("SELECT value FROM meta WHERE name = 'key'", [], |row| row.get(0))?;
    bits(&key).ok_or_else(|| Trouble::row("the row `key` of the table `meta`", "it is no number of 32 digits"))
}

/// A random number, as it is written.
pub(crate) fn bits(hex: &str) -> Option<u128> {
    u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_file_is_brought_forward_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.db");
        let mut connection = open(&path).unwrap();
        let before = key(&connection).unwrap();
        connection.execute("INSERT INTO run (id, seed, created) VALUES ('trip-42', '', '')", []).unwrap();
        let (before_it, its) = (MIGRATIONS.len(), version(&connection));
        let and = |migration| MIGRATIONS.iter().copied().chain([migration]).collect::<Vec<_>>();
        let next = and("ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT 'none'; CREATE TABLE more (x) STRICT;");
        migrate(&mut connection, &next).unwrap_err();
        assert_eq!(version(&connection), its, "half of it is none of it");
        assert!(connection.prepare("SELECT note FROM run").is_err());

        let next = and("ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT 'none';");
        for _ in 0..2 {
            migrate(&mut connection, &next).unwrap();
            let note: String = connection.query_row("SELECT note FROM run", [], |row| row.get(0)).unwrap();
            assert_eq!((version(&connection), note.as_str(), key(&connection).unwrap()), (its + 1, "none", before));
        }
        let told = format!("schema {}, and this one knows {before_it}", its + 1);
        let refused = open(&path).unwrap_err().error(&path).message;
        assert!(refused.contains("newer version") && refused.contains(&told), "{refused}");
    }
}
