//! The suite on `SQLite`: each process has the file open for itself, and so does whoever looks on.
#![cfg(feature = "sqlite")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use engines::bench::{Bench, Task};
use engines::lab::{Case, Clock, run_case, until};
use engines::world::{Deaths, Outcome, World, call};
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

engines::suite!(OnAFile::new(), Paused, workers, remembers, in_place);

/// A process that is alive, and has lost its run all the same: here since somebody has taken its lock away. It can't write any more.
#[test]
fn what_has_lost_its_run_writes_nothing() {
    async fn flow(who: &str) -> Outcome<String> {
        call("first", "first", 1).await?;
        call("second", format!("second by {who}"), 300).await?;
        call("third", format!("third by {who}"), 1).await
    }
    run_case(Clock::Paused, async {
        let bench = OnAFile::new();
        let case = Case::on(&bench, "sqlite::lost").unwrap();
        let (run, world) = (case.submit("").await, World::new(Deaths::None));
        world.begin_life();
        let begin = async |who: &'static str| {
            let world = world.clone();
            bench.start(Workflows::new().add(case.workflow(), move |(): ()| world.living(flow(who)))).await
        };
        let first = begin("ana").await;
        until(async || (case.info(&run).await.recorded == 1).then_some(())).await;
        for file in std::fs::read_dir(&bench.folder).unwrap() {
            let path = file.unwrap().path();
            if path.to_string_lossy().contains("-owner-") {
                std::fs::remove_file(path).unwrap();
            }
        }
        let second = begin("bo").await;
        assert_eq!(case.runs().outcome::<Outcome<String>>(&run).await.unwrap().unwrap(), "third by bo");
        assert!(world.once("first") && world.once("third by bo"));
        assert_eq!((world.times("second by ana"), world.times("third by ana")), (1, 0), "it has stopped where it was");
        bench.kill(first).await;
        bench.kill(second).await;
    });
}
