//! A human says yes or no before money leaves: `#[requires_approval]` in the terminal.
//!
//! `cargo run --example approval`
//!
//! A small agent works through three refunds. The first is small and runs unasked; for each of the other two you are
//! asked. Only the code that the question shows lets it run. Everything else means no: `n`, Enter alone, a minute without an
//! answer, and an input that is no terminal, as in `cargo run --example approval < /dev/null`.

use std::collections::VecDeque;

use reliable::approver::Terminal;
use reliable::{Fault, Recorder, Scope, Step, agent, requires_approval};

/// The tool that moves money. The number of the card is neither shown nor logged.
#[requires_approval(reason = "more than 50 dollars", when = amount > 50, within = "1m", redact(card))]
async fn refund(order: u32, amount: u32, card: &str) -> Result<String, Fault> {
    let digits = card.len();
    Ok(format!("order {order}: paid {amount} dollars back to a card of {digits} digits"))
}

/// What a model would ask for, one refund in each step.
struct Wish {
    order: u32,
    amount: u32,
    card: &'static str,
}

/// The agent. A refund that was not allowed is an answer like any other: it is noted, and the work goes on.
#[agent(max_steps = 5)]
async fn support(wishes: &mut VecDeque<Wish>) -> Result<Step<&'static str>, Fault> {
    let Some(Wish { order, amount, card }) = wishes.pop_front() else {
        return Ok(Step::Done("all refunds are dealt with"));
    };
    match refund(order, amount, card).await {
        Ok(receipt) => println!("{receipt}"),
        Err(refused) => println!("order {order}: not paid, because {refused}"),
    }
    Ok(Step::Next)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fault> {
    let mut wishes = VecDeque::from([
        Wish { order: 1001, amount: 20, card: "4000123412341234" },
        Wish { order: 1002, amount: 900, card: "4000567856785678" },
        Wish { order: 1003, amount: 75, card: "4000987698769876" },
    ]);
    let recorder = Recorder::new();
    let scope = Scope::current().approver(Terminal).recorder(&recorder);

    let answer = scope.run(support(&mut wishes)).await?;

    println!("\nThe agent says: {answer}.\n\n{}", recorder.report());
    Ok(())
}
