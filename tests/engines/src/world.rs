//! What is really done, over all lives of a run, and where the process dies.

use std::collections::{BTreeSet, HashSet};
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reliable::durable;
use reliable::durable::{Kind, Recording, Written};
use reliable::{Event, Recorder, Scope};
use tokio::sync::Notify;
use tokio::time::sleep;

/// What the recorded calls of the cases give.
pub type Outcome<T> = Result<T, String>;

/// Where the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deaths {
    /// Nowhere.
    None,
    /// At this point of its first life; the first is 1.
    At(usize),
    /// At each point once, as often as there are points.
    Each,
}

/// The world outside of a run: it outlives the processes.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    deaths: Deaths,
    state: Mutex<State>,
    died: Notify,
}

#[derive(Default)]
struct State {
    life: usize,
    is_dead: bool,
    points: usize,
    passed: HashSet<String>,
    acts: Vec<(usize, String)>,
    notes: Vec<(usize, String)>,
    told: Vec<(usize, Recorder)>,
    /// The outcomes that have come to the flow.
    seen: Vec<(usize, String)>,
    /// What was recorded when each life had ended, and its number.
    recorded: Vec<(usize, Vec<Recording>)>,
}

/// A life of a run.
#[derive(Clone)]
struct Life {
    world: World,
    number: usize,
}

tokio::task_local! {
    static LIFE: Life;
}

impl World {
    /// One in which nothing has happened.
    pub fn new(deaths: Deaths) -> Self {
        World(Arc::new(Shared { deaths, state: Mutex::default(), died: Notify::new() }))
    }

    /// A process begins.
    pub fn begin_life(&self) {
        let mut state = self.state();
        state.life += 1;
        state.is_dead = false;
    }

    /// How many processes there were.
    pub fn lives(&self) -> usize {
        self.state().life
    }

    /// Ready when the process is to die.
    pub async fn death(&self) {
        loop {
            let died = self.0.died.notified();
            if self.state().is_dead {
                return;
            }
            died.await;
        }
    }

    /// What the process that has begun last runs.
    pub fn living<F: Future>(&self, flow: F) -> impl Future<Output = F::Output> + use<F> {
        let recorder = Recorder::new();
        let number = self.lives();
        self.state().told.push((number, recorder.clone()));
        let life = Life { world: self.clone(), number };
        LIFE.scope(life, async move { Scope::current().recorder(&recorder).run(flow).await })
    }

    /// How often this was done, over all lives.
    pub fn times(&self, act: &str) -> usize {
        self.state().acts.iter().filter(|(_, done)| done == act).count()
    }

    /// Whether this was never done twice, nor left out.
    pub fn once(&self, act: &str) -> bool {
        self.times(act) == 1
    }

    /// What the flow has noted in this life.
    pub fn notes_of(&self, life: usize) -> Vec<String> {
        self.state().notes.iter().filter(|(of, _)| *of == life).map(|(_, note)| note.clone()).collect()
    }

    /// What the flow has noted, over all lives, without what was the same.
    pub fn notes(&self) -> BTreeSet<String> {
        self.state().notes.iter().map(|(_, note)| note.clone()).collect()
    }

    /// Whether this was done, and recorded, before this life.
    pub fn is_finished_before(&self, life: usize, act: &str) -> bool {
        self.state().is_finished_before(life, act)
    }

    /// A flow sees in each life what it saw in those before, in the same order, as far as it came there.
    pub fn is_the_same_in_each_life(&self) -> Result<(), String> {
        let state = self.state();
        let seen_in = |life: usize| -> Vec<&String> {
            state.seen.iter().filter(|(of, _)| *of == life).map(|(_, label)| label).collect()
        };
        let mut longest = Vec::new();
        for life in 1..=state.life {
            let seen = seen_in(life);
            if !seen.starts_with(&longest) && !longest.starts_with(&seen) {
                return Err(format!("before life {life} it saw {longest:?}, and then {seen:?}"));
            }
            longest = if seen.len() > longest.len() { seen } else { longest };
        }
        Ok(())
    }

    /// What was told in this life, in the flow.
    pub fn told_in(&self, life: usize) -> Vec<Event> {
        let told: Vec<_> =
            self.state().told.iter().filter(|(of, _)| *of == life).map(|(_, recorder)| recorder.clone()).collect();
        told.iter().flat_map(|recorder| recorder.report().entries().to_vec()).map(|entry| entry.event).collect()
    }

    /// A life has ended with this recorded: what was recorded before stands there as it was, and what was finished did not run again.
    pub fn ended(&self, run: &str, recorded: Vec<Recording>) {
        let mut state = self.state();
        let is_in_order = recorded.windows(2).all(|two| two[0].order < two[1].order);
        assert!(is_in_order, "run `{run}`: the numbers of what is recorded: {recorded:?}");
        let places: HashSet<_> = recorded.iter().map(|recording| &recording.place).collect();
        assert_eq!(places.len(), recorded.len(), "run `{run}`: a place is recorded twice: {recorded:?}");
        if let Some((life, before)) = state.recorded.last() {
            assert!(recorded.starts_with(before), "run `{run}`: after life {life} {before:?}, now {recorded:?}");
        }
        let again = state.acts.iter().filter(|(life, act)| state.is_finished_before(*life, act));
        let again: Vec<_> = again.collect();
        assert!(again.is_empty(), "run `{run}`: finished, and run again (in life, what): {again:?}");
        let life = state.life;
        state.recorded.push((life, recorded));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This has come to the flow, unless that is a dead one's.
    fn sees(&self, life: usize, label: &str) {
        let mut state = self.state();
        if state.life == life && !state.is_dead {
            state.seen.push((life, label.to_owned()));
        }
    }

    /// Whether the process dies here.
    fn dies(&self, life: usize, point: &str) -> bool {
        let mut state = self.state();
        if state.life != life || state.is_dead {
            return true;
        }
        state.points += 1;
        state.is_dead = match self.0.deaths {
            Deaths::None => false,
            Deaths::At(at) => life == 1 && state.points == at,
            Deaths::Each => state.passed.insert(point.to_owned()),
        };
        state.is_dead
    }
}

impl State {
    fn is_finished_before(&self, life: usize, act: &str) -> bool {
        let mut before = self.recorded.iter().filter(|(ended, _)| *ended < life);
        before.any(|(_, recorded)| recorded.iter().any(|it| is_of(it, act)))
    }
}

/// Whether this is what is recorded of a call that has done this: what it gave has it in it.
fn is_of(recording: &Recording, act: &str) -> bool {
    match &recording.entry.outcome {
        _ if recording.place.kind == Kind::Question => false,
        Written::Json(json) => json.contains(&format!("\"{act}\"")),
        Written::Unwritable(_) => false,
    }
}

/// A recorded call, which takes so many milliseconds, does what the label says, and gives it. The process may die when it is done,
/// and when its outcome has come.
pub fn call(tool: &'static str, label: impl Into<String>, takes: u64) -> impl Future<Output = Outcome<String>> + Send {
    call_after(tool, label, sleep(Duration::from_millis(takes)))
}

/// The same, which takes as long as this does.
pub fn call_after(
    tool: &'static str,
    label: impl Into<String>,
    ready: impl Future<Output = ()> + Send,
) -> impl Future<Output = Outcome<String>> + Send {
    let label = label.into();
    let recorded = durable::call(tool).shown(|call| call.show("label", label.clone())).run({
        let label = label.clone();
        async move {
            ready.await;
            act(&label).await;
            Ok(label)
        }
    });
    async move {
        let outcome = recorded.await;
        LIFE.with(|life| life.world.sees(life.number, &label));
        point(&format!("behind {label}")).await;
        outcome
    }
}

/// Does something in the world, in the body of a recorded call; the process may die before it is recorded.
pub async fn act(what: &str) {
    let life = LIFE.with(Life::clone);
    life.world.state().acts.push((life.number, what.to_owned()));
    point(what).await;
}

/// Here the process may die.
pub async fn point(name: &str) {
    let life = LIFE.with(Life::clone);
    if life.world.dies(life.number, name) {
        life.world.0.died.notify_waiters();
        pending::<()>().await;
    }
}

/// The flow has seen this.
pub fn note(what: impl Into<String>) {
    LIFE.with(|life| life.world.state().notes.push((life.number, what.into())));
}

/// The number of this life; the first is 1.
pub fn life() -> usize {
    LIFE.with(|life| life.number)
}
