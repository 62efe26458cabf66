//! The program as a whole: what the model was told, word for word.

use std::process::Command;

const CONVERSATION: &str = r#"the model calls forecast {"city":"Oslo"}
    and reads: rain in Oslo
the model calls traffic {"from":"Bygdøy allé","to":"Karl Johans gate"}
    and reads: `traffic` timed out after 100ms. It may have taken effect all the same: if it changes anything, look before you call it again.
the model calls exchange_rate {"currency":"NOK"}
    and reads: it was 11.8 NOK yesterday; today's rate can't be had
the model calls share_price {"symbol":"EQNR"}
    and reads: the tool failed
the model calls share_price {"symbol":"EQNR"}
    and reads: the tool failed
the model calls share_price {"symbol":"EQNR"}
    and reads: `share_price` was not called: its circuit breaker is open for another 60s. The service keeps failing: call it again after that, or go on without it.
the model calls transfer {"to":"Ana","euros":900}
    and reads: `transfer` was denied: not without a receipt. It did not run. Do not call it again unless the user asks you to.
"#;

/// Without the pauses, which are random.
const EVENTS: [&str; 7] = [
    "call attempts timeouts gave up fallbacks opened rejected refused",
    "ask_model 2 - - - - - -",
    "forecast 2 - - - - - -",
    "traffic - 1 - - - - -",
    "exchange_rate 2 - 1 1 - - -",
    "share_price - - - - 1 1 -",
    "transfer - - - - - - 1",
];

fn without_pauses(table: &str) -> Vec<String> {
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    table.lines().map(cells).map(|mut cells| (cells.remove(2), cells.join(" ")).1).collect()
}

#[test]
fn the_model_is_told_what_it_should_be_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_rig-agent-example")).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (conversation, rest) = said.split_once("\nIt answers: ").unwrap();
    assert_eq!(conversation.replace("another 59.9s", "another 60s"), CONVERSATION, "a slow machine may take 100 ms");
    let (answer, rest) = rest.split_once("\n\n").unwrap();
    assert!(answer.starts_with("I was told: rain in Oslo | `traffic` timed out after 100ms."), "{answer}");
    let (events, rest) = rest.split_once("\n\n").unwrap();
    assert_eq!(without_pauses(events), EVENTS);
    let (trail, verdict) = rest.split_once("\n\n").unwrap();
    let asked = r#"transfer(from = "NO93 8601", to = "Ana", euros = 900)  denied: not without a receipt"#;
    assert!(trail.lines().nth(1).unwrap().contains(asked), "{trail}");
    assert_eq!(verdict, "It was told what it should be told.\n");
    assert!(output.status.success());
}
