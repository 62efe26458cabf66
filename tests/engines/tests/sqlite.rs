//! The suite on `SQLite`: each process has the file open for itself, and so does whoever looks on.
#![cfg(feature = "sqlite")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use engines::bench::{Bench, Task};
use reliable::durable::{Runs, Workflows};
use reliable::sqlite::Store;

struct OnAFile {
    folder: PathBuf,
    outside: Store,
}

impl OnAFile {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("suite-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = engines::drill::kills::folder(&name);
        let outside = Store::open(folder.join("runs.db")).unwrap();
        OnAFile { folder, outside }
    }
}

impl Drop for OnAFile {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            engines::drill::kills::clear(&self.folder);
        }
    }
}

impl Bench for OnAFile {
    type Process = Task;

    fn runs(&self) -> Runs {
        (*self.outside).clone()
    }

    async fn start(&self, workflows: Workflows) -> Task {
        Task::start(Store::open(self.folder.join("runs.db")).unwrap(), workflows)
    }

    async fn kill(&self, process: Task) {
        process.kill().await;
    }
}

engines::suite!(OnAFile::new(), Paused, workers, in_place);
