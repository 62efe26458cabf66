//! Without a key the example `live` talks to its stand-in, and without a human at the terminal it mails nothing.

use std::process::{Command, Stdio};

#[test]
fn the_stand_in_is_asked_and_no_mail_is_sent() {
    // An empty key is none, and what is set is not replaced by what a file `.env` says.
    let run = Command::new(env!("CARGO_BIN_EXE_live")).env("OPENAI_API_KEY", "").stdin(Stdio::null()).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{output}{}", String::from_utf8_lossy(&run.stderr));
    for line in [
        "the stand-in is asked: What is the weather in Oslo?",
        "weather({\"city\": \"Oslo\"}): 4 degrees and rain in Oslo",
        "429 Too Many Requests (rate_limit_exceeded): \"Rate limit reached on requests per minute (RPM): Limit 3",
        "503 Service Unavailable (server_error): \"The engine is currently overloaded, please try again later.\"",
        "not done: `send_mail` was denied",
        "The answer: It is 4 degrees in Oslo, and it rains.",
    ] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
}
