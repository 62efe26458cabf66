//! One run of an agent: its steps, its spending, its time.

use std::future::Future;
use std::hash::{BuildHasher, Hash};
use std::iter::successors;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::agent::calls::Counts;
use crate::agent::circles::{Circles, Nudge, Seen};
use crate::agent::dearest::{Dearest, Taken};
use crate::agent::denials::Denials;
use crate::agent::human::HumanWaits;
use crate::agent::ledger::Ledger;
use crate::agent::limits::AgentLimits;
use crate::base::flow_time::Watch;
use crate::base::human_time::watching::watched;
use crate::said::charge::Charge;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::said::ids::RunId;
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::scope::Scope;
use crate::scope::digest_key::Hashes;
use crate::seen::emit::tell;
use crate::seen::metrics;
use crate::seen::span::RunSpan;

/// A run of an agent, as its steps and their tools see it. A clone is another handle on the same run.
///
/// ```
/// use reliable::{Charge, Fault, Run, Step, Usd};
///
/// #[reliable::agent(max_steps = 3, max_usd = "0.05")]
/// async fn assistant(question: &str) -> Result<Step<String>, Fault> {
///     let run = Run::current();
///     run.charge(Charge::usd(Usd::cents(2)).tokens(900))?;
///     // With the last step begun, ask the model for its final answer, with the tools off.
///     Ok(if run.is_last_step() { Step::Done(format!("42, after {}", run.spent_usd())) } else { Step::Next })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(matches!(assistant("?").await, Err(Fault::OverBudget { .. })), "the third step does not fit");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Run(Option<Arc<Inner>>, RunSpan);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) agent: ToolName,
    /// Made when somebody first asks for it.
    id: OnceLock<RunId>,
    pub(super) limits: AgentLimits,
    pub(super) parent: Run,
    /// In the flow of a durable run it stands at what is recorded, so that the same decision falls in each life.
    watch: Watch,
    human: HumanWaits,
    /// Whether a limit on time, here or around, makes it worth a look at the clock how long a step takes.
    minds_time: bool,
    /// The same in all runs of a family, so that what is observed is hashed once.
    hashes: Hashes,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) step: u32,
    /// The steps of this run and of its sub-agents.
    pub(super) total_steps: u32,
    pub(super) ledger: Ledger,
    /// The last step in which a charge was refused.
    refused_in: u32,
    circles: Circles,
    pub(super) denials: Denials,
    pub(super) counts: Counts,
    pub(super) dearest: Dearest,
}

impl Run {
    /// The run that this code is a part of, however deep. Outside every run it is one without an agent: it has no steps,
    /// and every charge fits.
    pub fn current() -> Run {
        Run(Scope::find(), RunSpan::none())
    }

    pub(crate) fn begin(agent: ToolName, limits: AgentLimits) -> Run {
        let span = RunSpan::begin(&agent);
        let state = State {
            step: 0,
            total_steps: 0,
            ledger: Ledger::new(agent.clone(), limits),
            refused_in: 0,
            circles: Circles::default(),
            denials: Denials::default(),
            counts: Counts::default(),
            dearest: Dearest::default(),
        };
        let parent = Run::current();
        let inner = Inner {
            agent,
            id: OnceLock::new(),
            limits,
            watch: Watch::start(),
            human: HumanWaits::default(),
            minds_time: limits.within.is_some() || parent.0.as_deref().is_some_and(|run| run.minds_time),
            hashes: parent.0.as_deref().map_or_else(Hashes::of_here, |run| run.hashes.clone()),
            parent,
            state: Mutex::new(state),
        };
        Run(Some(Arc::new(inner)), span)
    }

    /// The agent's name; `None` outside every run.
    pub fn agent(&self) -> Option<&str> {
        self.0.as_deref().map(|run| &*run.agent)
    }

    /// Which run it is, as questions and their events name it; `None` outside every run.
    pub fn id(&self) -> Option<RunId> {
        self.0.as_deref().map(|run| run.id.get_or_init(|| RunId::new(&run.agent)).clone())
    }

    /// The step that was begun last: 1 in the first step, 0 before it and outside every run.
    pub fn step(&self) -> u32 {
        self.0.as_deref().map_or(0, |run| run.state().step)
    }

    /// Whether no other step will be begun after this one.
    pub fn is_last_step(&self) -> bool {
        self.left_steps() == Some(0)
    }

    fn max_steps(&self) -> u32 {
        self.0.as_deref().map_or(0, |run| run.limits.max_steps)
    }

    /// The limits that the run was begun with, not those of a run around it; what is left of them all is at
    /// [`left_usd`](Run::left_usd), [`left_tokens`](Run::left_tokens), [`left_time`](Run::left_time) and
    /// [`left_steps`](Run::left_steps). Outside of every run: as many steps as there are numbers, and no other limit.
    ///
    /// ```
    /// use reliable::{AgentLimits, Run, Usd};
    ///
    /// let run = AgentLimits::new().max_usd(Usd::cents(10)).begin("assistant");
    /// run.charge(Usd::cents(3))?;
    /// assert_eq!(run.limits().max_usd, Some(Usd::cents(10)));
    /// assert_eq!(run.left_usd(), Some(Usd::cents(7)));
    /// assert_eq!((run.left_steps(), run.left_tokens()), (Some(8), None), "no step was begun, and tokens have no limit");
    /// assert_eq!(Run::current().limits(), AgentLimits::new().max_steps(u32::MAX), "this is outside of the run");
    /// # Ok::<(), reliable::Fault>(())
    /// ```
    pub fn limits(&self) -> AgentLimits {
        self.0.as_deref().map_or(AgentLimits::new().max_steps(u32::MAX), |run| run.limits)
    }

    /// The money spent so far. In the flow of a durable run, what is said of [`left_usd`](Run::left_usd) holds.
    pub fn spent_usd(&self) -> Usd {
        self.0.as_deref().map_or(Usd::ZERO, |run| run.state().ledger.spent.usd)
    }

    /// The tokens spent so far. In the flow of a durable run, what is said of [`left_usd`](Run::left_usd) holds.
    pub fn spent_tokens(&self) -> u64 {
        self.0.as_deref().map_or(0, |run| run.state().ledger.spent.tokens)
    }

    /// Begins the next step, if the limits allow one.
    ///
    /// # Errors
    /// The limit that was reached. The body of the step must not run then.
    pub fn next_step(&self) -> Result<(), Fault> {
        let Some(run) = self.0.as_deref() else { return Ok(()) };
        let admitted = self.1.within(|| run.admit_step().inspect_err(|fault| run.emit_stopped(fault)));
        admitted.inspect_err(|fault| {
            self.1.failed(|| Some(fault.kind()), fault);
            metrics::run_ended(&run.agent, || run.watch.elapsed(), || Err(Some(fault.kind())));
        })
    }

    /// Makes this the current run of `step` and of all that it calls.
    #[inline]
    pub fn scope<F: Future>(&self, step: F) -> impl Future<Output = F::Output> + use<F> {
        let step = self.1.step(|| (self.agent(), self.step(), self.max_steps()), step);
        let scope = Scope::current();
        let scope = if let Some(run) = &self.0 { scope.with(Arc::clone(run)) } else { scope };
        scope.run(watched(step, note_questions))
    }

    /// Tells that the run has its answer, or that its last step failed.
    pub(crate) fn ended(&self, failed: bool) {
        let Some(run) = self.0.as_deref() else { return };
        let (agent, steps) = (&run.agent, run.state().step);
        self.1.within(|| {
            if failed {
                tell!(Failed { agent: agent.clone(), steps });
            } else {
                tell!(Finished { agent: agent.clone(), steps });
            }
        });
        metrics::run_ended(&run.agent, || run.watch.elapsed(), || if failed { Err(self.told()) } else { Ok(()) });
        if failed {
            self.1.failed(|| self.told(), format_args!("failed in step {steps}"));
        } else {
            self.1.finished();
        }
    }

    pub(super) fn inner(&self) -> Option<&Inner> {
        self.0.as_deref()
    }

    /// This run and those around it.
    pub(crate) fn and_outer(&self) -> impl Iterator<Item = &Run> {
        successors(Some(self), |run| run.0.as_deref().map(|run| &run.parent)).filter(|run| run.0.is_some())
    }

    pub(crate) fn hold(&self, charge: Charge) -> Result<(), Fault> {
        let Some(run) = self.0.as_deref() else { return Ok(()) };
        let held = run.ledger(|ledger| ledger.hold(charge));
        held.inspect_err(|fault| tell!(ChargeRefused { agent: run.agent.clone(), fault: fault.clone() }))
    }

    pub(crate) fn check_price(&self, charge: Charge) -> Result<(), Fault> {
        self.0.as_deref().map_or(Ok(()), |run| run.ledger(|ledger| ledger.check_price(charge)))
    }

    /// The limit that the step under way was told of. What it failed with is of its own type, which can be any.
    fn told(&self) -> Option<FaultKind> {
        let runs = || self.and_outer().filter_map(|run| run.0.as_deref());
        if runs().any(|run| run.state().circles.stuck.is_some()) {
            return Some(FaultKind::Stuck);
        }
        if runs().any(|run| run.state().denials.told) {
            return Some(FaultKind::TooManyDenials);
        }
        let refused = |run: &Inner| {
            let state = run.state();
            state.step > 0 && state.refused_in == state.step
        };
        runs().any(refused).then_some(FaultKind::OverBudget)
    }

    /// Puts back what was held, and books what was really spent.
    pub(crate) fn book(&self, held: Charge, spent: Option<Charge>) {
        let Some(run) = self.0.as_deref() else { return };
        run.state().ledger.book(held, spent);
        if let Some(Charge { usd, tokens }) = spent {
            let usd = usd.unwrap_or_default();
            tell!(Charged { agent: run.agent.clone(), usd, tokens });
        }
    }

    /// Whether somebody wants to know of this run whether it goes in circles.
    pub(crate) fn minds_circles(&self) -> bool {
        self.0.as_deref().is_some_and(|run| run.limits.max_repeats.is_some())
    }

    /// What is the same in all runs of a family for the same value.
    pub(crate) fn digest(&self, value: &impl Hash) -> u64 {
        self.0.as_deref().map_or(0, |run| run.hashes.hash_one(value))
    }

    /// Counts what was observed: how often it was, if once more ends the run.
    pub(crate) fn count(&self, seen: Seen) -> Result<Option<u32>, Fault> {
        let Some(run) = self.0.as_deref() else { return Ok(None) };
        let counted = run.state().circles.count(seen, run.limits.max_repeats);
        counted.map_err(|repeats| Fault::Stuck { agent: run.agent.clone(), repeats })
    }

    pub(crate) fn keep_nudge(&self, nudge: Nudge) {
        let Some(run) = self.0.as_deref() else { return };
        let mut state = run.state();
        let last = state.step.saturating_add(1);
        state.circles.keep(nudge, last);
    }

    pub(crate) fn kept_nudge(&self) -> Option<String> {
        let state = self.0.as_deref()?.state();
        state.circles.nudge_in(state.step).map(str::to_owned)
    }
}

/// What a step has asked a human, the run that it is a step of leaves out of its time.
fn note_questions(before: u64) {
    if let Some(run) = Scope::find::<Inner>() {
        run.human.note(before);
    }
}

impl AgentLimits {
    /// Begins a run of `agent`. It spends what an outer run around it may spend, too.
    pub fn begin(&self, agent: impl Into<ToolName>) -> Run {
        Run::begin(agent.into(), *self)
    }
}

impl State {
    /// For another reason than that something is used up.
    pub(super) fn is_stopped(&self) -> bool {
        self.circles.stuck.is_some() || self.denials.too_many.is_some()
    }
}

impl Inner {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self, ask: impl FnOnce(&mut Ledger) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut state = self.state();
        let answer = ask(&mut state.ledger);
        if answer.is_err() {
            state.refused_in = state.step;
        }
        answer
    }

    /// The time that it has taken, without that of humans.
    pub(super) fn time(&self) -> Duration {
        self.human.without(self.watch.started(), self.watch.now())
    }

    pub(super) fn taken(&self, state: &State) -> Taken {
        let time = if self.minds_time { self.time() } else { Duration::ZERO };
        Taken { spent: state.ledger.spent, time }
    }

    fn admit_step(&self) -> Result<(), Fault> {
        let AgentLimits { max_steps, .. } = self.limits;
        let agent = || self.agent.clone();
        let mut state = self.state();
        if !state.is_stopped() && state.step >= max_steps {
            return Err(Fault::StepLimit { agent: agent(), max_steps });
        }
        self.may_go_on(&mut state)?;
        self.parent.and_outer().filter_map(Run::inner).try_for_each(|run| run.may_go_on(&mut run.state()))?;
        self.count_step(&mut state)?;
        let taken = self.taken(&state);
        state.dearest.begin(taken);
        state.step += 1;
        let step = state.step;
        drop(state);
        tell!(Step { agent: agent(), step, max_steps });
        Ok(())
    }

    /// The limits that hold for sub-agents, too.
    fn may_go_on(&self, state: &mut State) -> Result<(), Fault> {
        let agent = || self.agent.clone();
        if let Some(repeats) = state.circles.stuck {
            return Err(Fault::Stuck { agent: agent(), repeats });
        }
        state.denials.too_many(agent)?;
        state.ledger.anything_left()?;
        match self.limits.within.filter(|limit| self.time() >= *limit) {
            Some(limit) => Err(Fault::TimedOut { tool: agent(), limit }),
            None => Ok(()),
        }
    }

    fn emit_stopped(&self, fault: &Fault) {
        tell!(Stopped { agent: self.agent.clone(), fault: fault.clone() });
    }
}

#[cfg(feature = "tracing")]
impl Drop for Run {
    fn drop(&mut self) {
        if let Some(run) = self.0.as_deref() {
            self.1.close(|| {
                let state = run.state();
                (state.step, state.ledger.spent)
            });
        }
    }
}
