//! Every case, by everyone who can do it, in one process.
//!
//! `cases time` measures time, allocations and sizes, `cases count` the instructions (with valgrind); both print a line a
//! row, its columns separated by tabs. `cases marked` is what `cases count` runs under callgrind.
//!
//! Nobody listens to what happens, unless the variable `HEARD_BY` says who does.

#![cfg_attr(
    not(all(feature = "durable", feature = "failing", feature = "options")),
    allow(dead_code, reason = "what only some of the features need")
)]

mod callgrind;
mod case;
mod contenders;
#[cfg(feature = "failing")]
mod failing;
mod heard;
mod measure;
#[cfg(feature = "options")]
mod options;
mod row;
mod tool;

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

use row::Rows;

fn main() -> Result<(), String> {
    reliable_benches::refuse_debug_build();
    let mut arguments = std::env::args().skip(1);
    let (mode, only, case) = (arguments.next(), arguments.next(), arguments.next());
    let _inside = runtime().enter();
    let mut rows = Rows::default();
    contenders::add_to(&mut rows);
    #[cfg(feature = "failing")]
    failing::add_to(&mut rows);
    #[cfg(feature = "options")]
    options::add_to(&mut rows);
    let rows = rows.of(only.as_deref(), case.as_deref());
    let heard_by = std::env::var("HEARD_BY").ok();
    heard::by_whom(heard_by.as_deref(), || match mode.as_deref() {
        Some("time") => {
            measure::time(&rows, heard_by.is_some());
            Ok(())
        }
        Some("marked") => {
            callgrind::run_marked(&rows);
            Ok(())
        }
        Some("count") => callgrind::count(only.as_deref(), case.as_deref()),
        _ => Err("usage: cases time|count|marked [CONTENDER,CONTENDER… [CASE]]".to_owned()),
    })
}

/// Calls are polled by hand inside of it.
fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_current_thread().enable_time().build().expect("a runtime without I/O needs nothing")
    });
    &RUNTIME
}
