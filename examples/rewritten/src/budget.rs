//! A budget that asks when it is used up.
//!
//! By hand it is an accountant: it estimates the worst case of each call from a table of prices (and never takes a model that it does
//! not know for free), reserves it, books what was really spent, gives back what was not, and opens a gate for a human when the
//! reservation does not fit (some 600 lines in one program). Here the limit is an option of the agent, `reserve` and `commit` do the
//! booking, and the human is the way out of `OverBudget`: a fallback that needs an approval.

use std::time::Duration;

use reliable::{Charge, Fault, Run, Step, Usd, agent, fallback, requires_approval};

/// What a model costs for each million of tokens, in and out.
#[derive(Debug, Clone, Copy)]
struct Price {
    input: Usd,
    output: Usd,
}

/// `None`: nobody knows what it costs.
fn price_of(model: &str) -> Option<Price> {
    match model {
        "small" => Some(Price { input: Usd::cents(15), output: Usd::cents(60) }),
        "large" => Some(Price { input: Usd::cents(300), output: Usd::cents(1500) }),
        _ => None,
    }
}

/// The question, and what was found out so far: it outlives the run that found it out.
#[derive(Debug)]
pub struct Research {
    pub model: &'static str,
    pub topic: &'static str,
    /// What it may cost until a human is asked, and again after each yes.
    pub allowance: Usd,
    pub pages: Vec<String>,
    /// Pages that it takes until the model knows enough.
    pub takes: usize,
}

/// Each step reads one more page. When the money is used up a human is asked, and with a yes it goes on with what it has.
#[fallback(ask_for_more, when = is_over_budget)]
#[agent(max_steps = 50, max_usd = research.allowance)]
pub async fn researcher(research: &mut Research) -> Result<Step<String>, Fault> {
    ask_model(research).await?;
    Ok(if research.pages.len() < research.takes {
        Step::Next
    } else {
        Step::Done(format!("{} pages about {}", research.pages.len(), research.topic))
    })
}

fn is_over_budget(fault: &Fault) -> bool {
    matches!(fault, Fault::OverBudget { .. })
}

async fn ask_for_more(research: &mut Research) -> Result<String, Fault> {
    allow_more(research.topic, research.pages.len(), research.allowance).await?;
    Box::pin(researcher(research)).await
}

/// Without a yes nothing more is spent: the denial comes out in the place of `OverBudget`.
#[requires_approval(reason = "what it may cost is used up", within = "1h")]
async fn allow_more(topic: &str, pages: usize, allowance: Usd) -> Result<(), Fault> {
    Ok(())
}

const INPUT: u64 = 20_000;
const LONGEST_OUTPUT: u64 = 4_000;

/// The most that it can cost is reserved before it is sent: what does not fit is refused before it is spent.
async fn ask_model(research: &mut Research) -> Result<(), Fault> {
    let price = price_of(research.model);
    let reserved = Run::current().reserve(cost(price, INPUT, LONGEST_OUTPUT))?.sent();
    let (page, output) = answer(research.pages.len()).await;
    reserved.commit(cost(price, INPUT, output))?;
    research.pages.push(page);
    Ok(())
}

/// Tokens without a price don't fit into any budget of money: they are `Fault::Unpriced`, and nothing is sent.
fn cost(price: Option<Price>, input: u64, output: u64) -> Charge {
    let Some(price) = price else { return Charge::tokens_only(input + output) };
    let micros = price.input.as_micros() * input + price.output.as_micros() * output;
    Charge::usd(Usd::micros(micros.div_ceil(1_000_000))).tokens(input + output)
}

/// Where a real program asks its model: a page, and the tokens that it took.
async fn answer(pages: usize) -> (String, u64) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    (format!("page {}", pages + 1), 1_500)
}
