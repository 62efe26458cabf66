//! A case at work: runs that are submitted, processes that die, and humans who answer.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reliable::durable::{Halt, Question, Recorded, RunInfo, Runs, Status, StoreError, Workflows};
use reliable::{Decision, Event};
use tokio::time::sleep;

use crate::bench::Bench;
use crate::world::{Deaths, World};

/// Which clock a test has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Tokio's, paused: for engines whose time goes with it.
    Paused,
    /// The real one.
    Real,
}

/// Runs a case.
pub fn run_case(clock: Clock, case: impl Future<Output = ()>) {
    let runtime = match clock {
        Clock::Paused => tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build(),
        Clock::Real => tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build(),
    };
    let within = match clock {
        Clock::Paused => Duration::from_secs(24 * 3600),
        Clock::Real => Duration::from_secs(600),
    };
    runtime.expect("a runtime").block_on(async {
        tokio::time::timeout(within, case).await.expect("it does not come to an end");
    });
}

/// What a human does with a question; `None`: nothing.
pub type Human = fn(&Question) -> Option<Decision>;

/// Nobody is there.
pub fn nobody(_: &Question) -> Option<Decision> {
    None
}

/// Somebody who approves everything.
pub fn yes(_: &Question) -> Option<Decision> {
    Some(Decision::approve().by("ana"))
}

/// One case on one engine.
pub struct Case<'b, B> {
    bench: &'b B,
    name: &'static str,
    /// So many runs were submitted to die.
    dying: Cell<usize>,
    program_changes: Cell<bool>,
}

/// A run that has ended, and how it came there.
pub struct Ended<T> {
    /// Its outcome.
    pub outcome: T,
    /// What was done.
    pub world: World,
    /// Its id.
    pub run: String,
}

impl<'b, B: Bench> Case<'b, B> {
    /// The case of this name (`group::name`), unless the engine can't do it.
    pub fn on(bench: &'b B, name: &'static str) -> Option<Self> {
        match bench.cannot(name) {
            Some(why) => {
                use std::io::Write;
                let _ = writeln!(std::io::stderr(), "!!! not tested: {name}: {why}");
                None
            }
            None => Some(Case { bench, name, dying: Cell::new(0), program_changes: Cell::new(false) }),
        }
    }

    /// The engine.
    pub fn bench(&self) -> &'b B {
        self.bench
    }

    /// From here on the program is another one in each life: so it need not see the same.
    pub fn program_changes(&self) {
        self.program_changes.set(true);
    }

    /// The runs, as an operator sees them.
    pub fn runs(&self) -> Runs {
        self.bench.runs()
    }

    /// The name of the workflow of this case.
    pub fn workflow(&self) -> String {
        self.name.replace("::", "-").replace('_', "-")
    }

    /// The id of a run of this case.
    pub fn id(&self, what: impl std::fmt::Display) -> String {
        format!("{}-{what}", self.workflow())
    }

    /// Submits a run, and gives its id.
    pub async fn submit(&self, what: impl std::fmt::Display) -> String {
        let run = self.id(what);
        assert!(self.runs().submit(self.workflow(), &run, &()).await.unwrap(), "run `{run}` is new");
        run
    }

    /// The next process, with this flow as what it makes of the case's workflow.
    pub async fn start<T, F>(&self, world: &World, flow: impl Fn() -> F + Send + Sync + 'static) -> B::Process
    where
        T: Recorded + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        world.begin_life();
        let flow = Arc::new(flow);
        let workflows = Workflows::new().add(self.workflow(), {
            let world = world.clone();
            move |(): ()| {
                let flow = Arc::clone(&flow);
                // A call that is made by hand has its place where it is made: so that is in the run.
                world.living(async move { flow().await })
            }
        });
        self.bench.start(workflows).await
    }

    /// Kills a process, and sees to it that nothing which is recorded has run again.
    pub async fn kill(&self, process: B::Process, world: &World, run: &str) {
        self.bench.kill(process).await;
        world.ended(run, self.runs().show(run).await.unwrap());
    }

    /// A process which lives until the run has asked something, and waits; it gives the question.
    pub async fn until_it_asks<T, F>(
        &self,
        world: &World,
        run: &str,
        flow: impl Fn() -> F + Send + Sync + 'static,
    ) -> Question
    where
        T: Recorded + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let process = self.start(world, flow).await;
        let asks = |event: &Event| matches!(event, Event::Asked { .. });
        until(async || world.told_in(world.lives()).iter().any(asks).then_some(())).await;
        let question = self.question(run).await;
        self.kill(process, world, run).await;
        question
    }

    /// A process which lives until the run has ended, or will not go on.
    pub async fn until_it_ends<T, F>(
        &self,
        world: &World,
        run: &str,
        flow: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<T, StoreError>
    where
        T: Recorded + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let process = self.start(world, flow).await;
        let outcome = self.runs().outcome(run).await;
        self.kill(process, world, run).await;
        outcome
    }

    /// Submits a run, lets it die there, and go on until it has ended.
    pub async fn dying<T, F>(
        &self,
        deaths: Deaths,
        human: Human,
        flow: impl Fn() -> F + Clone + Send + Sync + 'static,
    ) -> Ended<T>
    where
        T: Recorded + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let number = self.dying.replace(self.dying.get() + 1);
        let (run, world) = (self.submit(format_args!("dying-{number}")).await, World::new(deaths));
        loop {
            let process = self.start(&world, flow.clone()).await;
            let ended = tokio::select! {
                biased;
                outcome = async { self.runs().outcome::<T>(&run).await } => Some(outcome),
                () = world.death() => None,
                () = self.human(&run, human) => unreachable!("humans stay"),
            };
            self.kill(process, &world, &run).await;
            if let Some(outcome) = ended {
                let seen = world.is_the_same_in_each_life();
                assert!(self.program_changes.get() || seen.is_ok(), "run `{run}`: {seen:?}");
                let outcome = outcome.unwrap_or_else(|error| panic!("run `{run}`: {error}"));
                return Ended { outcome, world, run };
            }
        }
    }

    /// The same at every point, until there is none any more, and once at all of them; `check` sees how each ended.
    pub async fn wherever_it_dies<T, F>(
        &self,
        human: Human,
        flow: impl Fn() -> F + Clone + Send + Sync + 'static,
        check: impl Fn(Ended<T>),
    ) where
        T: Recorded + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        for at in 1.. {
            let ended = self.dying(Deaths::At(at), human, flow.clone()).await;
            let is_all = ended.world.lives() == 1;
            check(ended);
            if is_all {
                assert!(at > 1, "there is no point where it could die");
                break;
            }
        }
        check(self.dying(Deaths::Each, human, flow).await);
    }

    /// The one question of this run, when it is there.
    pub async fn question(&self, run: &str) -> Question {
        until(async || self.questions(run).await.into_iter().next()).await
    }

    /// The questions of this run that wait.
    pub async fn questions(&self, run: &str) -> Vec<Question> {
        let pending = self.runs().inbox().pending().await.unwrap();
        pending.into_iter().filter(|question| question.run == run).collect()
    }

    /// What the list says of this run.
    pub async fn info(&self, run: &str) -> RunInfo {
        let list = self.runs().list().await.unwrap();
        list.into_iter().find(|info| info.id == run).unwrap_or_else(|| panic!("run `{run}` is not in the list"))
    }

    /// Why this run is parked, when it is.
    pub async fn parked(&self, run: &str) -> Halt {
        until(async || match self.info(run).await.status {
            Status::Parked(halt) => Some(halt),
            _ => None,
        })
        .await
    }

    /// Answers the questions of this run, one after the other.
    pub async fn human(&self, run: &str, human: Human) {
        // An engine is not to be busy with what nobody looks at.
        if std::ptr::fn_addr_eq(human, nobody as Human) {
            return std::future::pending().await;
        }
        loop {
            for question in self.questions(run).await {
                if let Some(decision) = human(&question) {
                    self.runs().inbox().answer(&question.id, decision).await.unwrap();
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Asks again and again until there is an answer.
pub async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..3000 {
        if let Some(answer) = ask().await {
            return answer;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come")
}
