//! What the figures should be.

use reliable_benches::goal::{Bound, Goal};

use crate::dependencies::Dependencies;
use crate::measure::{Figures, Row, exact};
use crate::variants::{BY_HAND, BY_HAND_THREE, INSTRUMENT, PLAIN, RELIABLE, RELIABLE_THREE};

const TEXT: f64 = 1.15;
const COLD_BUILD: f64 = 1.3;

pub fn all(rows: &[Row], dependencies: &Dependencies) -> Vec<Goal> {
    let mut goals = vec![check(rows)];
    for (name, by_hand) in [(RELIABLE, BY_HAND), (RELIABLE_THREE, BY_HAND_THREE)] {
        goals.extend(text(rows, name, by_hand));
    }
    let extra = exact(dependencies.extra.len());
    goals.push(Goal::new("crates beyond tokio, thiserror, syn, quote, proc-macro2", extra, Bound::AtMost(0.0)));
    let cold = |without: f64| Some(dependencies.cold_build_s / without);
    let (plain, as_for_a_macro) = (dependencies.cold_build_without_s, dependencies.cold_build_without_debug_info_s);
    goals.push(Goal::new("cold build / cold build of tokio and syn", cold(plain), Bound::AtMost(COLD_BUILD)));
    goals.push(Goal::new("the same, syn without debug info as for a macro", cold(as_for_a_macro), Bound::None));
    goals
}

fn check(rows: &[Row]) -> Goal {
    let ms = |name| row(rows, name).and_then(|row| row.function).map(|function| function.check_s * 1e3);
    let most = ms(INSTRUMENT).map_or(Bound::None, Bound::AtMost);
    Goal::new(format!("check of `{RELIABLE}`, ms/f; `{INSTRUMENT}`"), ms(RELIABLE), most)
}

fn text(rows: &[Row], name: &str, by_hand: &str) -> [Goal; 2] {
    let ratio = |figures: fn(&Row) -> Option<Figures>| {
        let bytes = |name| row(rows, name).and_then(figures).and_then(|figures| figures.text_bytes);
        Some(bytes(name)? / bytes(by_hand)?)
    };
    let name = format!(".text of `{name}` / `{by_hand}`");
    let of_functions = format!("{name}, what is above `{PLAIN}`");
    let whole = Goal::new(name, ratio(|row| Some(row.whole)), Bound::AtMost(TEXT));
    [whole, Goal::new(of_functions, ratio(|row| row.function), Bound::None)]
}

fn row<'a>(rows: &'a [Row], name: &str) -> Option<&'a Row> {
    rows.iter().find(|row| row.name == name)
}
