//! The tables of the documentation, held to what is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};

use super::*;
use crate::said::circuit_state::CircuitState;
use crate::said::event::{Event, GaveUpReason};
use crate::said::fault::{BudgetExceeded, Fault};
use crate::said::fault_kind::FaultKind;
use crate::said::ids::QuestionId;
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::sources::source;

#[derive(Default)]
struct Seen {
    /// Name, kind, unit, description.
    described: Mutex<Vec<[String; 4]>>,
    /// The kind and the tags of each name.
    told: Mutex<BTreeMap<String, (&'static str, Vec<String>)>>,
    /// The values of each tag.
    values: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl Seen {
    fn describe(&self, kind: &str, name: &KeyName, unit: Option<Unit>, description: &SharedString) {
        let unit = unit.map_or("–", |unit| unit.as_str());
        let row = [name.as_str(), kind, unit, description].map(str::to_owned);
        self.described.lock().unwrap().push(row);
    }

    fn tell(&self, kind: &'static str, key: &Key) {
        let tags: Vec<String> = key.labels().map(|label| format!("`{}`", label.key())).collect();
        let names = ["method", "gen_ai.tool.name", "gen_ai.agent.name"];
        for label in key.labels().filter(|label| !names.contains(&label.key())) {
            self.values.lock().unwrap().entry(label.key().to_owned()).or_default().insert(label.value().to_owned());
        }
        let mut told = self.told.lock().unwrap();
        let before = told.entry(key.name().to_owned()).or_insert_with(|| (kind, tags.clone()));
        // Only what fails has an error.
        let always = |tags: &[String]| tags.iter().filter(|tag| *tag != "`error.type`").cloned().collect::<Vec<_>>();
        let is_same = before.0 == kind && always(&before.1) == always(&tags);
        assert!(is_same, "{key:?} is told in two ways");
        if tags.len() > before.1.len() {
            before.1 = tags;
        }
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("counter", &name, unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("gauge", &name, unit, &description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("histogram", &name, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.tell("counter", key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.tell("gauge", key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.tell("histogram", key);
        Histogram::noop()
    }
}

fn tell_of_calls() {
    let gave_up = [
        GaveUpReason::NotTransient,
        GaveUpReason::NoRetriesLeft,
        GaveUpReason::NoTimeLeft,
        GaveUpReason::AskedToWaitTooLong,
        GaveUpReason::BudgetEmpty,
    ];
    for reason in gave_up.map(Some).into_iter().chain([None]) {
        retry_ended("forecast", false, reason);
    }
    for yes in [true, false] {
        retry_ended("forecast", yes, None);
        timeout_ended("forecast", start(), yes);
        breaker_counted("forecast", yes);
        hedge_ended("forecast", yes);
        failover_ended("forecast", yes);
    }
    retrying("forecast");
    fell_back("forecast");
    breaker_ignored("forecast");
    breaker_rejected("forecast");
    bulkhead_rejected("forecast");
    drop(bulkhead_waiting("forecast"));
    drop(bulkhead_admitted("forecast"));
    rate_limit_permitted("forecast");
    rate_limit_rejected("forecast");
    let all = FaultKind::ALL.iter().copied().map(Some).chain([None]);
    for ended in all.map(Err).chain([Ok(())]) {
        tool_ended(&"forecast".into(), start(), ended);
        run_ended(&"assistant".into(), || Duration::ZERO, || ended);
    }
}

fn events() -> Vec<Event> {
    let (tool, agent) = (|| ToolName::from("forecast"), || ToolName::from("assistant".to_owned()));
    let waited = Duration::from_secs(1);
    let refused = |fault| {
        let (id, arguments) = (QuestionId::new(), Vec::new());
        Event::Refused {
            tool: tool(),
            id,
            run: None,
            step: None,
            fault,
            by: None,
            waited,
            arguments,
            remembered: false,
        }
    };
    let stopped = |fault| Event::Stopped { agent: agent(), fault };
    let over = |budget| Fault::OverBudget { agent: agent(), budget: Box::new(budget) };
    vec![
        Event::Circuit { tool: tool(), state: CircuitState::Open },
        Event::Waited { tool: tool(), by: "bulkhead".into(), waited },
        Event::Waited { tool: tool(), by: "rate limit".into(), waited },
        Event::Approved {
            tool: tool(),
            id: QuestionId::new(),
            run: None,
            step: None,
            by: None,
            waited,
            arguments: Vec::new(),
            edits: Vec::new(),
            remembered: false,
        },
        refused(Fault::Denied { tool: tool(), reason: "no".to_owned() }),
        refused(Fault::Expired { tool: tool(), within: None }),
        Event::Step { agent: agent(), step: 1, max_steps: 8 },
        Event::Charged { agent: agent(), usd: Usd::cents(1), tokens: 1 },
        Event::Finished { agent: agent(), steps: 1 },
        Event::Failed { agent: agent(), steps: 1 },
        stopped(Fault::StepLimit { agent: agent(), max_steps: 8 }),
        stopped(Fault::TimedOut { tool: agent(), limit: waited }),
        stopped(Fault::Stuck { agent: agent(), repeats: 3 }),
        stopped(Fault::TooManyDenials { agent: agent(), denials: 3 }),
        stopped(over(BudgetExceeded::Usd { max: Usd::cents(1), spent: Usd::ZERO, asked: Usd::cents(2) })),
        stopped(over(BudgetExceeded::Tokens { max: 1, spent: 0, asked: 2 })),
    ]
}

/// The cells of the rows whose first cell begins with `begin`.
fn documented(begin: &str) -> Vec<Vec<String>> {
    let source = source("metrics.rs");
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! | "));
    let cells = |row: &str| row.trim_end_matches(" |").split(" | ").map(str::to_owned).collect();
    rows.filter(|row| row.starts_with(begin)).map(cells).collect()
}

/// What stands in backticks, and between commas.
fn words(cell: &str) -> impl Iterator<Item = String> {
    cell.split(", ").map(|word| word.trim_matches('`').to_owned())
}

#[test]
fn every_metric_is_told_and_described_as_it_is_documented() {
    let seen = Seen::default();
    with_local_recorder(&seen, || {
        describe();
        tell_of_calls();
        events().iter().for_each(count);
    });
    let mut told = seen.told.into_inner().unwrap();
    let mut rows = Vec::new();
    for [name, kind, unit, description] in seen.described.into_inner().unwrap() {
        let (told_kind, tags) = told.remove(&name).unwrap_or_else(|| panic!("{name} is never told"));
        assert_eq!(told_kind, kind, "{name}");
        rows.push(vec![format!("`{name}`"), kind, unit, tags.join(", "), description]);
    }
    assert_eq!(rows, [documented("`ft."), documented("`gen_ai.")].concat());
    assert!(told.is_empty(), "not described: {told:?}");

    let mut values: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for row in documented("`").iter().filter(|row| row.len() == 2) {
        values.extend(words(&row[0]).map(|tag| (tag, words(&row[1]).collect())));
    }
    assert_eq!(seen.values.into_inner().unwrap(), values);
}
