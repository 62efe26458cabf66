//! A stand-in for the model: it knows one conversation, and fails twice in it.

use crate::model::Model;
use support::server::{Act, Server, good};

/// What it does with one request after the other, whatever they say.
const SCRIPT: [Act; 5] = [
    Act::Answer(429, "retry-after: 1", TOO_FAST),
    good(WANTS_THE_WEATHER),
    Act::Answer(503, "", OVERLOADED),
    good(WANTS_TO_MAIL),
    good(ANSWERS),
];

const TOO_FAST: &str = r#"{ "error": {
    "message": "Rate limit reached on requests per minute (RPM): Limit 3, Used 3, Requested 1.",
    "type": "requests",
    "code": "rate_limit_exceeded"
} }"#;

const OVERLOADED: &str = r#"{ "error": {
    "message": "The engine is currently overloaded, please try again later.",
    "type": "server_error",
    "code": null
} }"#;

const WANTS_THE_WEATHER: &str = r#"{
    "choices": [{ "message": { "role": "assistant", "content": null, "tool_calls": [
        { "id": "call_1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\": \"Oslo\"}" } }
    ] } }],
    "usage": { "prompt_tokens": 212, "completion_tokens": 16 }
}"#;

const WANTS_TO_MAIL: &str = r#"{
    "choices": [{ "message": { "role": "assistant", "content": null, "tool_calls": [
        { "id": "call_2", "type": "function", "function": {
            "name": "send_mail",
            "arguments": "{\"to\": \"ana@example.org\", \"body\": \"It is 4 degrees in Oslo, and it rains.\"}"
        } }
    ] } }],
    "usage": { "prompt_tokens": 247, "completion_tokens": 31 }
}"#;

const ANSWERS: &str = r#"{
    "choices": [{ "message": {
        "role": "assistant",
        "content": "It is 4 degrees in Oslo, and it rains. Ana has my mail if you allowed it."
    } }],
    "usage": { "prompt_tokens": 291, "completion_tokens": 22 }
}"#;

/// Starts it, and says how to talk to a real model instead.
pub(crate) async fn start() -> anyhow::Result<Model> {
    println!(
        "There is no key. Set OPENAI_API_KEY (and perhaps OPENAI_BASE_URL and OPENAI_MODEL) to talk to a real model,"
    );
    println!("in the environment or in a file .env. Until then a stand-in answers, which fails twice on purpose.");
    let server = Server::start().await?;
    server.will_play(&SCRIPT);
    Model::stand_in(server.url())
}
