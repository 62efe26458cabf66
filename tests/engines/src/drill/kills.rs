//! Who kills: a process, at a moment that a seed says, and another one goes on, until there were as many kills as were asked for.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reliable::Decision;
use reliable::sqlite::Store;
use tokio::time::sleep;

use crate::drill::child::Place;
use crate::drill::count::{Seen, Wrong};
use crate::drill::log::read;
use crate::random::Random;

/// What is to be killed, and how.
#[derive(Debug, Clone)]
pub struct Drill {
    /// How many kills there are to be.
    pub kills: usize,
    /// What they, and the answers, go by.
    pub seed: u64,
    /// The program whose processes die.
    pub program: PathBuf,
    /// A folder that is there, and empty.
    pub folder: PathBuf,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it went by.
    pub seed: u64,
    /// How many processes were killed.
    pub kills: usize,
    /// How many runs ended.
    pub runs: usize,
    /// How many calls were in flight at a kill, and so ran again.
    pub in_flight: usize,
    /// How many answers came while no process lived.
    pub answered_while_dead: usize,
    /// How long it took.
    pub took: Duration,
    /// What went wrong.
    pub wrong: Wrong,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { seed, kills, runs, in_flight, answered_while_dead, took, wrong } = self;
        writeln!(
            f,
            "seed {seed}: {kills} kills, {runs} runs of 20 calls and 2 questions, {:.1} s",
            took.as_secs_f64()
        )?;
        writeln!(f, "calls that ran again, being in flight {in_flight:>3}")?;
        writeln!(f, "answers that came while nothing ran   {answered_while_dead:>3}")?;
        write!(f, "{wrong}")
    }
}

/// A process may take so long, and then nothing goes on any more.
const LONGEST: Duration = Duration::from_secs(30);

/// An agent that is being killed.
struct Killing<'d> {
    store: &'d Store,
    place: Place,
    run: String,
    random: Mutex<Random>,
    answered: Mutex<HashMap<String, Decision>>,
    is_alive: Mutex<bool>,
    answered_while_dead: Mutex<usize>,
}

impl Drill {
    /// Kills.
    pub async fn run(&self) -> Report {
        let began = Instant::now();
        let store = Store::open(self.folder.join("runs.db")).expect("the store is opened");
        let mut report = Report {
            seed: self.seed,
            kills: 0,
            runs: 0,
            in_flight: 0,
            answered_while_dead: 0,
            took: Duration::ZERO,
            wrong: Wrong::default(),
        };
        // The first run is not killed: so it is known how long one takes. Twice as often one dies as it would have ended.
        let longest = self.one(&store, &mut report, Duration::ZERO).await;
        while report.kills < self.kills {
            self.one(&store, &mut report, longest / 2).await;
        }
        report.took = began.elapsed();
        report
    }

    /// A run, whose processes die within this time; how long it took.
    async fn one(&self, store: &Store, report: &mut Report, within: Duration) -> Duration {
        let began = Instant::now();
        let run = format!("run-{}", report.runs);
        let killing = Killing {
            store,
            place: Place {
                program: self.program.clone(),
                store: self.folder.join("runs.db"),
                log: self.folder.join(format!("{run}.log")),
            },
            random: Mutex::new(Random::of(self.seed.wrapping_add(report.runs as u64 * 7919))),
            run,
            answered: Mutex::default(),
            is_alive: Mutex::new(false),
            answered_while_dead: Mutex::default(),
        };
        let seen = tokio::select! {
            seen = killing.until_it_ends(self.kills - report.kills, within) => seen,
            () = killing.human() => unreachable!("humans stay"),
        };
        report.runs += 1;
        report.kills += seen.recorded.len() - 1;
        report.in_flight += seen.in_flight();
        report.answered_while_dead += *killing.answered_while_dead.lock().expect("not poisoned");
        report.wrong = report.wrong.and(Wrong::of(&seen));
        began.elapsed()
    }
}

impl Killing<'_> {
    /// Lets it live and die, so many times at most, and then live.
    async fn until_it_ends(&self, kills: usize, within: Duration) -> Seen {
        let mut recorded = Vec::new();
        for life in 1.. {
            let moment = (recorded.len() < kills && !within.is_zero()).then(|| self.shorter_than(within));
            let mut child = self.place.agent(&self.run, life);
            self.is_alive(true);
            let ended = until_it_is_over(&mut child, moment).await;
            self.is_alive(false);
            let shown = self.store.show(&self.run).await;
            match ended {
                // It may have died before there was a run.
                None => recorded.push((life, shown.unwrap_or_default())),
                Some(status) => {
                    assert!(status.success(), "run `{}`: {}", self.run, words(&mut child));
                    recorded.push((life, shown.expect("an ended run is there")));
                    break;
                }
            }
            sleep(self.shorter_than(Duration::from_millis(20))).await;
        }
        let trail = self.store.trail(&self.run).await.expect("an ended run has a trail");
        let outcome = self.store.outcome(&self.run).await.expect("an ended run has an outcome");
        let answered = self.answered.lock().expect("not poisoned").clone();
        Seen { lines: read(&self.place.log), recorded, trail, answered, outcome }
    }

    /// Answers, sooner or later, whether a process lives or not.
    async fn human(&self) {
        for number in 0_u64.. {
            sleep(self.shorter_than(Duration::from_millis(60))).await;
            let Ok(pending) = self.store.inbox().pending().await else { continue };
            for question in pending.into_iter().filter(|question| question.run == self.run) {
                let decision = Decision::approve().by(format!("human-{number}"));
                let counts = self.store.inbox().answer(&question.id, decision.clone()).await.expect("it is answered");
                if counts {
                    self.answered.lock().expect("not poisoned").insert(question.id.to_string(), decision);
                    let is_dead = !*self.is_alive.lock().expect("not poisoned");
                    *self.answered_while_dead.lock().expect("not poisoned") += usize::from(is_dead);
                }
            }
        }
    }

    fn shorter_than(&self, limit: Duration) -> Duration {
        self.random.lock().expect("not poisoned").shorter_than(limit)
    }

    fn is_alive(&self, is_alive: bool) {
        *self.is_alive.lock().expect("not poisoned") = is_alive;
    }
}

/// Waits until a process has ended, or kills it at this moment: then there is nothing that it ended with.
pub async fn until_it_is_over(child: &mut Child, moment: Option<Duration>) -> Option<ExitStatus> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a process of ours") {
            return Some(status);
        }
        if moment.is_some_and(|moment| began.elapsed() >= moment) {
            child.kill().expect("a process of ours");
            child.wait().expect("a process of ours");
            return None;
        }
        assert!(began.elapsed() < LONGEST, "a process does not come to its end");
        sleep(Duration::from_millis(1)).await;
    }
}

/// What a process has said of its trouble.
pub fn words(child: &mut Child) -> String {
    let mut words = String::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_string(&mut words).expect("its words are text");
    }
    words
}

/// A folder of its own for a drill, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("reliable-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder is made");
    folder
}

/// Away with it.
pub fn clear(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
