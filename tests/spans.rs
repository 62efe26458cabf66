//! The feature `tracing`: runs, steps and questions to a human are spans, and what happens in them belongs to them.

#![allow(clippy::items_after_statements, reason = "an agent stands beside what is said of it")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use reliable::{
    Approver, Charge, Decision, Fault, Request, Run, Scope, Step, Usd, agent, requires_approval, retry, timeout,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Keeps what is told, a line for each event and for each span that opens and closes: `outer/inner: event`. And the
/// fields of all spans of a name.
#[derive(Clone, Default)]
struct Told {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<Mutex<BTreeMap<&'static str, Fields>>>,
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

fn path<S: Subscriber + for<'a> LookupSpan<'a>>(id: &Id, ctx: &Context<'_, S>) -> String {
    let names: Vec<_> = ctx.span_scope(id).unwrap().from_root().map(|span| span.name()).collect();
    names.join("/")
}

impl Told {
    fn say(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn field(&self, span: &str, field: &str) -> Option<String> {
        self.spans.lock().unwrap().get(span)?.0.get(field).cloned()
    }

    fn how_the_run_ended(&self) -> [Option<String>; 3] {
        ["error.type", "otel.status_code", "otel.status_description"].map(|field| self.field("invoke_agent", field))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        attributes.record(self.spans.lock().unwrap().entry(attributes.metadata().name()).or_default());
        self.say(format!("{} opens", path(id, &ctx)));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        values.record(self.spans.lock().unwrap().entry(ctx.metadata(id).unwrap().name()).or_default());
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let inside = ctx.event_span(event).map(|span| path(&span.id(), &ctx)).unwrap_or_default();
        self.say(format!("{inside}: {}", event.metadata().name()));
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        self.say(format!("{} closes", path(&id, &ctx)));
    }
}

async fn traced<T>(work: impl Future<Output = T>) -> (T, Told) {
    let told = Told::default();
    let guard = tracing::subscriber::set_default(Registry::default().with(told.clone()));
    let outcome = work.await;
    drop(guard);
    (outcome, told)
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[retry(max = 1)]
async fn flaky(calls: &mut u32) -> Result<u32, Error> {
    *calls += 1;
    if *calls == 1 { Err(Error::Busy) } else { Ok(*calls) }
}

#[tokio::test(start_paused = true)]
async fn a_run_is_around_its_steps_and_a_step_around_what_happens_in_it() {
    #[agent]
    async fn assistant(calls: &mut u32) -> Result<Step<u32>, Error> {
        flaky(calls).await?;
        Ok(if *calls < 3 { Step::Next } else { Step::Done(*calls) })
    }
    let (outcome, told) = traced(assistant(&mut 0)).await;
    assert_eq!(outcome, Ok(3));
    assert_eq!(
        told.lines(),
        [
            "invoke_agent opens",
            "invoke_agent: reliable.step",
            "invoke_agent/reliable.step opens",
            "invoke_agent/reliable.step: reliable.retry",
            "invoke_agent/reliable.step: reliable.recovered",
            "invoke_agent/reliable.step closes",
            "invoke_agent: reliable.step",
            "invoke_agent/reliable.step opens",
            "invoke_agent/reliable.step closes",
            "invoke_agent: reliable.finished",
            "invoke_agent closes",
        ]
    );
    assert_eq!(told.field("reliable.step", "agent").unwrap(), "assistant");
    assert_eq!(told.field("reliable.step", "step").unwrap(), "2");
    assert_eq!(told.field("reliable.step", "max_steps").unwrap(), "8");
}

#[tokio::test]
async fn a_run_has_the_names_of_open_telemetry_and_its_totals() {
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        Run::current().charge(Charge::usd(Usd::cents(3)).tokens(9))?;
        Ok(if Run::current().step() < 2 { Step::Next } else { Step::Done(0) })
    }
    let (outcome, told) = traced(assistant()).await;
    assert_eq!(outcome, Ok(0));
    let field = |name| told.field("invoke_agent", name).unwrap_or_default();
    assert_eq!(field("otel.name"), "invoke_agent assistant");
    assert_eq!(field("otel.kind"), "internal");
    assert_eq!(field("gen_ai.operation.name"), "invoke_agent");
    assert_eq!(field("gen_ai.agent.name"), "assistant");
    assert_eq!(field("reliable.steps"), "2");
    assert_eq!(field("reliable.usage.tokens"), "18");
    assert_eq!(field("reliable.usage.usd_micros"), "60000");
    assert_eq!(told.how_the_run_ended(), [None, None, None]);
}

#[tokio::test]
async fn a_sub_agent_is_inside_the_step_that_calls_it() {
    #[agent]
    async fn inner() -> Result<Step<u32>, Error> {
        Ok(Step::Done(1))
    }
    #[agent]
    async fn outer() -> Result<Step<u32>, Error> {
        inner().await.map(Step::Done)
    }
    let (_, told) = traced(outer()).await;
    let lines = told.lines();
    let inner = "invoke_agent/reliable.step/invoke_agent";
    for line in [format!("{inner} opens"), format!("{inner}/reliable.step opens"), format!("{inner} closes")] {
        assert!(lines.contains(&line), "{line} is missing in {lines:#?}");
    }
    assert_eq!(lines.last().unwrap(), "invoke_agent closes");
}

/// What `error.type`, the status and its description are when `run` fails.
async fn failure(run: impl Future<Output = Result<u32, Error>>) -> [String; 2] {
    let (outcome, told) = traced(run).await;
    assert!(outcome.is_err());
    let [error_type, status, description] = told.how_the_run_ended().map(Option::unwrap);
    assert_eq!(status, "ERROR");
    assert!(told.lines().contains(&"invoke_agent closes".to_owned()));
    [error_type, description]
}

#[tokio::test]
async fn a_run_that_a_limit_stops_says_which() {
    #[agent(max_steps = 1)]
    async fn endless() -> Result<Step<u32>, Error> {
        Ok(Step::Next)
    }
    assert_eq!(failure(endless()).await, ["step_limit", "`endless` stopped at its limit of 1 step"]);

    #[agent(max_tokens = 2)]
    async fn spends() -> Result<Step<u32>, Error> {
        Run::current().charge(Charge::tokens_only(1))?;
        Ok(Step::Next)
    }
    assert_eq!(failure(spends()).await, ["over_budget", "`spends` is over budget: 0 tokens asked with 2 of 2 spent"]);

    #[agent(max_repeats = 2)]
    async fn repeats() -> Result<Step<u32>, Error> {
        let _ = Run::current().observe("look", "nothing");
        Ok(Step::Next)
    }
    let words = "`repeats` is stuck: the same action met the same result 2 times";
    assert_eq!(failure(repeats()).await, ["stuck", words]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_no_time_left_says_so() {
    #[agent(within = "1s")]
    async fn slow() -> Result<Step<u32>, Error> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(Step::Next)
    }
    assert_eq!(failure(slow()).await, ["timed_out", "`slow` timed out after 1s"]);
}

#[tokio::test]
async fn a_step_that_fails_says_which_limit_it_was_told_of() {
    #[agent(max_tokens = 1)]
    async fn spends() -> Result<Step<u32>, Error> {
        Run::current().charge(Charge::tokens_only(2))?;
        Ok(Step::Next)
    }
    assert_eq!(failure(spends()).await, ["over_budget", "failed in step 1"]);

    #[agent]
    async fn below() -> Result<Step<u32>, Error> {
        Run::current().charge(Charge::tokens_only(2))?;
        Ok(Step::Next)
    }
    #[agent(max_tokens = 1)]
    async fn above() -> Result<Step<u32>, Error> {
        below().await.map(Step::Done)
    }
    assert_eq!(failure(above()).await, ["over_budget", "failed in step 1"]);

    #[agent(max_repeats = 2)]
    async fn repeats() -> Result<Step<u32>, Error> {
        Run::current().observe("look", "nothing")?;
        Ok(Step::Next)
    }
    assert_eq!(failure(repeats()).await, ["stuck", "failed in step 2"]);

    #[agent(max_denials = 1)]
    async fn denied(asks_again: bool) -> Result<Step<u32>, Error> {
        let denied = refund().await;
        if asks_again { refund().await.map(Step::Done) } else { denied.map(Step::Done) }
    }
    assert_eq!(failure(denied(true)).await, ["too_many_denials", "failed in step 1"]);
    assert_eq!(failure(denied(false)).await, ["_OTHER", "failed in step 1"], "it was not told of the limit");

    #[agent(max_tokens = 1)]
    async fn fails_otherwise() -> Result<Step<u32>, Error> {
        if Run::current().step() == 1 {
            let _ = Run::current().charge(Charge::tokens_only(2));
            return Ok(Step::Next);
        }
        Err(Error::Busy)
    }
    assert_eq!(failure(fails_otherwise()).await, ["_OTHER", "failed in step 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_closes_its_span_whoever_still_holds_the_run() {
    static HELD: OnceLock<Run> = OnceLock::new();

    #[timeout(secs = 1)]
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        HELD.set(Run::current()).unwrap();
        Run::current().charge(Charge::tokens_only(7))?;
        std::future::pending().await
    }
    assert_eq!(failure(assistant()).await, ["cancelled", "dropped before it had an answer"]);
    let ((), told) = traced(async {
        let run = reliable::AgentLimits::new().begin("by hand");
        run.charge(Charge::tokens_only(7)).unwrap();
    })
    .await;
    assert_eq!(told.lines(), ["invoke_agent opens", ": reliable.charged", "invoke_agent closes"]);
    assert_eq!(told.field("invoke_agent", "reliable.usage.tokens").unwrap(), "7");
    assert_eq!(told.field("invoke_agent", "reliable.steps").unwrap(), "0");
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_with_a_step_is_still_inside_it() {
    struct Says;
    impl Drop for Says {
        fn drop(&mut self) {
            tracing::event!(name: "dropped", Level::INFO, "");
        }
    }
    #[timeout(secs = 1)]
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        let _says = Says;
        std::future::pending().await
    }
    let (_, told) = traced(assistant()).await;
    let lines = told.lines();
    assert_eq!(
        lines[3..],
        [
            ": reliable.timed_out",
            "invoke_agent/reliable.step: dropped",
            "invoke_agent/reliable.step closes",
            "invoke_agent closes",
        ]
    );
}

#[test]
fn a_run_that_panics_says_so() {
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        panic!("a bug");
    }
    let told = Told::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(Registry::default().with(told.clone()), || {
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(assistant()))).unwrap_err();
    });
    assert_eq!(told.how_the_run_ended()[0].as_deref(), Some("panic"));
    assert_eq!(told.lines().last().unwrap(), "invoke_agent closes");
}

/// Decides after a second.
struct Human(Decision);

impl Approver for Human {
    async fn review(&self, _: &Request) -> Decision {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.0.clone()
    }
}

#[requires_approval(within = "1m")]
async fn refund() -> Result<u32, Error> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn a_question_to_a_human_is_a_span_while_it_stands_open() {
    let asked = |decision| traced(Scope::current().approver(Human(decision)).run(refund()));
    let answer = |told: &Told| ["tool", "decision", "by"].map(|field| told.field("reliable.approval", field));
    let some = |word: &str| Some(word.to_owned());

    let (outcome, told) = asked(Decision::approve().by("ana")).await;
    assert_eq!(outcome, Ok(1));
    assert_eq!(answer(&told), [some("refund"), some("approved"), some("ana")]);
    assert_eq!(
        told.lines(),
        [
            "reliable.approval opens",
            "reliable.approval: reliable.asked",
            "reliable.approval: reliable.approved",
            "reliable.approval closes",
            "execute_tool opens",
            "execute_tool closes"
        ]
    );
    assert!(told.field("reliable.approval", "question").is_some());
    assert_eq!(told.field("execute_tool", "question"), told.field("reliable.approval", "question"));

    let (outcome, told) = asked(Decision::deny("too much").by("ben")).await;
    assert!(outcome.is_err());
    assert_eq!(answer(&told), [some("refund"), some("denied"), some("ben")]);
    assert_eq!(told.lines()[2..], ["reliable.approval: reliable.refused", "reliable.approval closes"], "and none ran");

    let (outcome, told) = asked(Decision::Expired).await;
    assert!(outcome.is_err());
    assert_eq!(answer(&told), [some("refund"), some("expired"), None]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_given_up_has_a_span_without_a_decision() {
    let asked = Scope::current().approver(Human(Decision::approve())).run(refund());
    let (_, told) = traced(tokio::time::timeout(Duration::from_millis(10), asked)).await;
    assert_eq!(
        told.lines(),
        [
            "reliable.approval opens",
            "reliable.approval: reliable.asked",
            "reliable.approval: reliable.withdrawn",
            "reliable.approval closes"
        ]
    );
    assert_eq!(told.field("reliable.approval", "decision"), None);
}

#[tokio::test]
async fn a_decision_without_waiting_has_no_span() {
    let (outcome, told) = traced(Scope::current().approver(reliable::approver::Approve).run(refund())).await;
    assert_eq!(outcome, Ok(1));
    assert_eq!(told.lines(), [": reliable.asked", ": reliable.approved", "execute_tool opens", "execute_tool closes"]);
}

mod an_approved_tool {
    use reliable::{approver, fallback};

    use super::*;

    struct Says;

    impl Drop for Says {
        fn drop(&mut self) {
            tracing::event!(name: "dropped", Level::INFO, "");
        }
    }

    /// What the span of the execution says of its end.
    fn end(told: &Told) -> [Option<String>; 3] {
        ["error.type", "otel.status_code", "otel.status_description"].map(|field| told.field("execute_tool", field))
    }

    fn failed(error_type: &str, words: &str) -> [Option<String>; 3] {
        [error_type, "ERROR", words].map(|word| Some(word.to_owned()))
    }

    #[requires_approval(by = approver::Approve)]
    async fn send(outcome: Result<u32, Error>) -> Result<u32, Error> {
        outcome
    }

    #[tokio::test]
    async fn has_the_names_of_open_telemetry() {
        let (outcome, told) = traced(send(Ok(1))).await;
        assert_eq!(outcome, Ok(1));
        let field = |name| told.field("execute_tool", name).unwrap_or_default();
        assert_eq!(field("otel.name"), "execute_tool send");
        assert_eq!(field("otel.kind"), "internal");
        assert_eq!(field("gen_ai.operation.name"), "execute_tool");
        assert_eq!(field("gen_ai.tool.name"), "send");
        assert_eq!(end(&told), [None, None, None]);
    }

    #[tokio::test]
    async fn may_be_a_call_of_another_function_and_nothing_else() {
        async fn deliver<E: From<Fault>>() -> Result<u32, E> {
            tokio::task::yield_now().await;
            Err(Fault::Policy { tool: "smtp".into(), reason: "no".into() }.into())
        }
        #[requires_approval(by = approver::Approve)]
        async fn send() -> Result<u32, Error> {
            deliver().await
        }
        #[requires_approval(by = approver::Approve)]
        #[timeout(secs = 1)]
        async fn send_in_time() -> Result<u32, Error> {
            deliver().await
        }
        let (_, told) = traced(send()).await;
        assert_eq!(end(&told)[0].as_deref(), Some("policy"));
        let (_, told) = traced(send_in_time()).await;
        assert_eq!(end(&told)[0].as_deref(), Some("policy"));
    }

    #[tokio::test]
    async fn says_with_what_it_failed() {
        let (outcome, told) = traced(send(Err(Error::Busy))).await;
        assert_eq!(outcome, Err(Error::Busy));
        assert_eq!(end(&told), failed("_OTHER", "busy"));

        let fault = Fault::Rejected { tool: "smtp".into(), by: "bulkhead".into(), wait: None };
        let (_, told) = traced(send(Err(fault.into()))).await;
        assert_eq!(end(&told), failed("rejected", "`smtp` was not called: the bulkhead has no room"));
    }

    #[tokio::test(start_paused = true)]
    async fn is_around_all_that_its_attributes_and_its_body_do() {
        #[agent]
        async fn assistant() -> Result<Step<u32>, Error> {
            send(&mut 0).await.map(Step::Done)
        }
        #[requires_approval(by = approver::Approve)]
        #[retry(max = 1)]
        async fn send(calls: &mut u32) -> Result<u32, Error> {
            tracing::event!(name: "sends", Level::INFO, "");
            tokio::task::yield_now().await;
            *calls += 1;
            if *calls == 1 { Err(Error::Busy) } else { Ok(*calls) }
        }
        let (outcome, told) = traced(assistant()).await;
        assert_eq!(outcome, Ok(2));
        let here = "invoke_agent/reliable.step/execute_tool";
        let inside: Vec<_> =
            told.lines().into_iter().filter_map(|line| line.strip_prefix(here).map(str::to_owned)).collect();
        assert_eq!(inside, [" opens", ": sends", ": reliable.retry", ": sends", ": reliable.recovered", " closes"]);
        assert_eq!(end(&told), [None, None, None]);
    }

    #[tokio::test]
    async fn that_a_fallback_has_answered_for_did_not_fail() {
        #[fallback(Ok(7))]
        #[requires_approval(by = approver::Approve)]
        async fn send() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let (outcome, told) = traced(send()).await;
        assert_eq!((outcome, end(&told)), (Ok(7), [None, None, None]));
        assert!(told.lines().contains(&"execute_tool: reliable.fell_back".to_owned()));
    }

    #[tokio::test]
    async fn has_a_span_without_a_question_if_it_need_not_ask() {
        #[requires_approval(by = approver::Approve, when = amount > 100)]
        async fn refund(amount: u32) -> Result<u32, Error> {
            Ok(amount)
        }
        let (_, told) = traced(refund(1)).await;
        assert_eq!(told.lines(), ["execute_tool opens", "execute_tool closes"]);
        assert_eq!(told.field("execute_tool", "question"), None);
        let (_, told) = traced(refund(101)).await;
        assert!(told.field("execute_tool", "question").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn that_is_dropped_says_so_and_is_dropped_inside() {
        #[requires_approval(by = approver::Approve)]
        async fn send() -> Result<u32, Error> {
            let _says = Says;
            std::future::pending().await
        }
        let (_, told) = traced(tokio::time::timeout(Duration::from_secs(1), send())).await;
        assert_eq!(told.lines()[2..], ["execute_tool opens", "execute_tool: dropped", "execute_tool closes"]);
        assert_eq!(end(&told), failed("cancelled", "dropped before it had an answer"));
    }

    #[test]
    fn that_panics_says_so() {
        #[requires_approval(by = approver::Approve)]
        async fn send() -> Result<u32, Error> {
            panic!("a bug");
        }
        let told = Told::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tracing::subscriber::with_default(Registry::default().with(told.clone()), || {
            catch_unwind(AssertUnwindSafe(|| runtime.block_on(send()))).unwrap_err();
        });
        assert_eq!(end(&told)[0].as_deref(), Some("panic"));
    }
}

#[tokio::test(start_paused = true)]
async fn two_runs_at_once_keep_apart() {
    #[agent]
    async fn one() -> Result<Step<u32>, Error> {
        flaky(&mut 0).await.map(Step::Done)
    }
    async fn other() {
        tokio::task::yield_now().await;
        tracing::event!(name: "elsewhere", Level::INFO, "");
    }
    let both = async { tokio::join!(one(), other().instrument(tracing::info_span!("mine")), other(), one()) };
    let ((first, (), (), second), told) = traced(both).await;
    assert_eq!((first, second), (Ok(2), Ok(2)));
    let lines = told.lines();
    let count = |line: &str| lines.iter().filter(|&told| told == line).count();
    assert_eq!(count("invoke_agent/reliable.step: reliable.retry"), 2, "{lines:#?}");
    assert_eq!(count("mine: elsewhere"), 1, "{lines:#?}");
    assert_eq!(count(": elsewhere"), 1, "{lines:#?}");
    assert_eq!(count("invoke_agent closes"), 2, "{lines:#?}");
}

#[tokio::test]
async fn a_run_on_a_task_of_its_own_takes_its_spans_along() {
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        tokio::task::yield_now().await;
        tracing::event!(name: "here", Level::INFO, "");
        Ok(Step::Done(1))
    }
    let (outcome, told) = traced(async { tokio::spawn(assistant()).await.unwrap() }).await;
    assert_eq!(outcome, Ok(1));
    assert!(told.lines().contains(&"invoke_agent/reliable.step: here".to_owned()), "{:#?}", told.lines());
}

/// Subscribers measure from this how long a span was busy.
#[tokio::test]
async fn a_run_is_entered_whenever_its_step_is() {
    #[derive(Clone, Default)]
    struct Entered(Arc<Mutex<Vec<&'static str>>>);
    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Entered {
        fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
            self.0.lock().unwrap().push(ctx.metadata(id).unwrap().name());
        }
    }
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        tokio::task::yield_now().await;
        Ok(Step::Done(1))
    }
    let entered = Entered::default();
    let guard = tracing::subscriber::set_default(Registry::default().with(entered.clone()));
    assistant().await.unwrap();
    drop(guard);
    let entered = entered.0.lock().unwrap();
    for (at, _) in entered.iter().enumerate().filter(|(_, span)| **span == "reliable.step") {
        assert_eq!(entered[at - 1], "invoke_agent", "{entered:?}");
    }
}

#[tokio::test]
async fn a_handle_on_a_run_that_is_passed_on_begins_no_step() {
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        let helper = Run::current().scope(async { tracing::event!(name: "helper", Level::INFO, "") });
        tokio::spawn(helper).await.unwrap();
        Ok(Step::Done(1))
    }
    let (_, told) = traced(assistant()).await;
    assert!(told.lines().contains(&": helper".to_owned()), "{:#?}", told.lines());
}

#[tokio::test]
async fn where_our_spans_are_left_out_those_of_the_program_still_nest() {
    #[agent]
    async fn assistant() -> Result<Step<u32>, Error> {
        async { Ok(Step::Done(1)) }.instrument(tracing::info_span!("tool")).await
    }
    let told = Told::default();
    let others = tracing_subscriber::filter::filter_fn(|metadata| metadata.target() != "reliable");
    let guard = tracing::subscriber::set_default(Registry::default().with(told.clone().with_filter(others)));
    let outcome = assistant().instrument(tracing::info_span!("request")).await;
    drop(guard);
    assert_eq!(outcome, Ok(1));
    assert_eq!(told.lines(), ["request opens", "request/tool opens", "request/tool closes", "request closes"]);
}
