//! Letting go of what is long over.

use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::params;

use crate::line::Line;
use crate::moment;
use crate::trouble::Trouble;

/// So many at once: others write in between.
const AT_ONCE: u32 = 200;

/// Forgets the runs that were over by then, and says how many that were.
pub(crate) async fn forget(writers: &Arc<Line>, by: Option<SystemTime>) -> Result<u64, Trouble> {
    let Some(by) = by.map(moment::written) else { return Ok(0) };
    let mut forgotten = 0;
    loop {
        let by = by.clone();
        let some = writers.ask(move |connection| {
            let sql =
                "DELETE FROM run WHERE key IN (SELECT key FROM run WHERE status IN ('ended', 'cancelled') AND ended <= ?
                       ORDER BY key LIMIT ?)";
            Ok(connection.prepare_cached(sql)?.execute(params![by, AT_ONCE])?)
        });
        let some = some.await? as u64;
        forgotten += some;
        if some < u64::from(AT_ONCE) {
            return Ok(forgotten);
        }
    }
}
