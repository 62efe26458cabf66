//! The figures that the README and the notes tell are those of the last run of the benches. Another run prints the tables, as
//! they are to stand there.

use serde_json::Value;

const README: &str = include_str!("../README.md");
const NOTES: &str = include_str!("../notes.md");

#[test]
fn the_readme_has_the_times_of_the_last_run() {
    let results = Results::new(include_str!("../benches/results/cases.json"));
    for title in ["a call that goes well", "a call that does not"] {
        let rows = rows::<4>(README, &format!("| {title} | by hand | `reliable` | the fastest of the others |"));
        assert!(rows.len() > 5, "{rows:?}");
        for [case, told @ ..] in rows {
            assert_eq!(told, results.times(case), "{case}");
        }
    }
    assert!(README.contains(&results.setting()), "{}", results.setting());
}

#[test]
fn the_readme_has_what_governor_takes_by_the_clock_of_the_others() {
    let results = Results::new(include_str!("../benches/results/cases.json"));
    let governor = results.of("rate limit, rejects", "governor by tokio's clock").expect("it is among the results");
    let told = format!("by tokio's it takes {:.1}.", governor["least_ns"].as_f64().unwrap());
    assert!(README.contains(&told), "{told}");
}

#[test]
fn the_notes_have_the_counts_of_the_last_run() {
    let results = Results::new(include_str!("../benches/results/cases.json"));
    let rows = rows::<5>(NOTES, "| | by hand | `reliable` | bytes by hand | bytes |");
    assert!(rows.len() > 5, "{rows:?}");
    for [case, told @ ..] in rows {
        let counts = match case {
            "the call alone" => results.counts("retry", ["raw call", ""]),
            _ => results.counts(case, ["by hand", "reliable"]),
        };
        assert_eq!(told, counts, "{case}");
    }
}

#[test]
fn the_notes_have_what_it_costs_to_look_for_somebody_who_listens() {
    let results = Results::new(include_str!("../benches/results/cases.json"));
    let looking = results.of("retry + breaker + timeout", "reliable, nobody").expect("it is among the results");
    let told = format!(
        "with nobody there the three together take {:.0} instructions",
        looking["instructions"].as_f64().unwrap()
    );
    assert!(NOTES.contains(&told), "{told}");
}

#[test]
fn what_is_told_of_a_million_calls_is_that_of_the_last_run() {
    let results: Value = serde_json::from_str(include_str!("../benches/results/scale.json")).unwrap();
    let [ours, by_hand] = ["reliable", "by hand"]
        .map(|who| find(&results["in_flight"], |it| it["contender"] == who)["heap_bytes_per_call"].as_f64().unwrap());
    let told = format!("take {ours:.0} bytes each ({by_hand:.0} by hand");
    assert!(NOTES.contains(&told), "{told}");
}

#[test]
fn the_readme_has_what_a_recorded_call_took_in_the_last_run() {
    let results: Value = serde_json::from_str(include_str!("../benches/results/durable.json")).unwrap();
    let us = |figures: &Value, key: &str| format!("{:.0}", figures[key].as_f64().unwrap());
    let peer = |name: &str| find(&results["peers"], |it| it["name"].as_str().unwrap().starts_with(name));
    let (as_safe, own) = (peer("durare 0.5, `synchronous = FULL`"), peer("durare 0.5, as it is"));
    let fifty = find(&results["at_once"], |it| it["runs"] == 50);
    let times = |took: &str| {
        format!("{:.1}", fifty["calls_per_second"].as_f64().unwrap() * results[took].as_f64().unwrap() / 1e6)
    };
    let told = format!(
        "{} µs, where the bare commit takes {} and the same one, asked for by a task with `spawn_blocking`, {}. Runs side by side \
         share commits: 50 at once record {} calls in a second, {} times as many as recorded calls one after the other, and {} times as \
         many as bare commits. In the same run of the benches the crate `durare` (0.5) takes {} µs and records {} calls in a second with the same durability; with its own defaults, which lose the last commits in a power \
         cut, {} µs and {}.",
        us(&results, "recorded_call"),
        us(&results, "bare_commit"),
        us(&results, "commit_of_a_task"),
        about(&fifty["calls_per_second"]),
        times("recorded_call"),
        times("bare_commit"),
        us(as_safe, "recorded_call"),
        about(&as_safe["at_once"]),
        us(own, "recorded_call"),
        about(&own["at_once"]),
    );
    assert!(README.replace('\n', " ").contains(&told), "{told}");
}

/// The cells of a table below its head.
fn rows<'a, const N: usize>(text: &'a str, head: &str) -> Vec<[&'a str; N]> {
    let (_, below) = text.split_once(&format!("\n{head}\n")).unwrap_or_else(|| panic!("no table with {head}"));
    let rows = below.lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn find(list: &Value, is_it: impl Fn(&Value) -> bool) -> &Value {
    list.as_array().unwrap().iter().find(|value| is_it(value)).unwrap()
}

/// With two digits that count: 17,082 as 17,000.
fn about(number: &Value) -> String {
    let digits = format!("{:.0}", number.as_f64().unwrap());
    let unit = 10_u64.pow(u32::try_from(digits.len()).unwrap().saturating_sub(2));
    let rounded = (digits.parse::<u64>().unwrap() + unit / 2) / unit * unit;
    assert!((1000..1_000_000).contains(&rounded), "{rounded}");
    format!("{},{:03}", rounded / 1000, rounded % 1000)
}

/// What the program `bench` has measured.
struct Results(Value);

impl Results {
    fn new(json: &str) -> Results {
        Results(serde_json::from_str(json).unwrap())
    }

    fn of_case<'a>(&'a self, case: &str) -> impl Iterator<Item = &'a Value> {
        self.0["figures"].as_array().unwrap().iter().filter(move |figure| figure["case"] == case)
    }

    fn of(&self, case: &str, contender: &str) -> Option<&Value> {
        self.of_case(case).find(|figure| figure["contender"] == contender)
    }

    /// By hand, with this library, and of the others the fastest.
    fn times(&self, case: &str) -> [String; 3] {
        let ns = |figure: &Value| figure["least_ns"].as_f64().unwrap();
        let of = |who| self.of(case, who).map_or("–".to_owned(), |it| format!("{:.1}", ns(it)));
        let peers = self.of_case(case).filter(|it| {
            let who = it["contender"].as_str().unwrap();
            !["raw call", "by hand", "tokio's clock"].contains(&who) && !who.starts_with("reliable")
        });
        let fastest = peers
            .min_by(|one, other| ns(one).total_cmp(&ns(other)))
            .map_or("–".to_owned(), |it| format!("{:.1} ({})", ns(it), it["contender"].as_str().unwrap()));
        [of("by hand"), of("reliable"), fastest]
    }

    /// The instructions of both, and the bytes of their futures.
    fn counts(&self, case: &str, of: [&str; 2]) -> [String; 4] {
        let number = |who, key| {
            self.of(case, who).map_or("–".to_owned(), |figure| format!("{:.0}", figure[key].as_f64().unwrap()))
        };
        let [one, other] = of;
        [
            number(one, "instructions"),
            number(other, "instructions"),
            number(one, "future_bytes"),
            number(other, "future_bytes"),
        ]
    }

    /// Where it was measured, as the README says it.
    fn setting(&self) -> String {
        let of = |key: &str| self.0["setting"][key].as_str().unwrap();
        let version = of("rustc").split(' ').nth(1).unwrap();
        format!("({}, rustc {version})", of("processor"))
    }
}
