//! Every case, by everyone who can do it, in one process.
//!
//! `cases time` measures time, allocations and sizes, `cases count` the instructions (with valgrind); both print a line a
//! row, its columns separated by tabs. `cases marked` is what `cases count` runs under callgrind.

mod callgrind;
mod contenders;
mod measure;
mod row;
mod tool;

use row::Rows;

fn main() -> Result<(), String> {
    reliable_benches::refuse_debug_build();
    let mut arguments = std::env::args().skip(1);
    let (mode, only) = (arguments.next(), arguments.next());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    let _inside = runtime.enter();
    let mut rows = Rows::default();
    contenders::add_to(&mut rows);
    let rows = rows.of(only.as_deref());
    match mode.as_deref() {
        Some("time") => measure::time(&rows),
        Some("marked") => callgrind::run_marked(&rows),
        Some("count") => callgrind::count(only.as_deref())?,
        _ => return Err("usage: cases time|count|marked [CONTENDER,CONTENDER…]".to_owned()),
    }
    Ok(())
}
