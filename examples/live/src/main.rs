//! An agent on a real model: any endpoint that speaks `OpenAI`'s chat completions.
//!
//! `cargo run -p live`, or with a question of your own: `cargo run -p live -- "Is it raining in Bergen?"`
//!
//! It reads these from the environment or from a file `.env`:
//!
//! | variable | meaning |
//! |---|---|
//! | `OPENAI_API_KEY` | the key; for a local server that wants none, any word |
//! | `OPENAI_BASE_URL` | everything before `/chat/completions`, so with `/v1`; default `https://api.openai.com/v1`, for Ollama `http://localhost:11434/v1` |
//! | `OPENAI_MODEL` | default `gpt-4.1-mini` |
//! | `OPENAI_PRICE_INPUT`, `OPENAI_PRICE_OUTPUT` | dollars for a million tokens; the default is on the high side, 0 is right for a local model |
//!
//! Without a key it talks to a stand-in on loopback, which knows one conversation and fails twice in it.
//!
//! The library does the retrying here, so nothing below it may: the HTTP client is told never to. Where you use an SDK
//! instead, set its own retries to 0: the documentation of `reliable::http` has the line for some.

mod model;
mod stand_in;

use std::io::IsTerminal;
use std::process::ExitCode;

use reliable::approver::{Deny, Terminal};
use reliable::{Recorder, Run, Scope, Step, Usd, agent, requires_approval, retry, timeout};
use serde::Deserialize;
use serde_json::{Value, json};

use model::{Function, Model, Reply};
use support::api::{self, ApiError};

const QUESTION: &str = "What is the weather in Oslo? Mail it to ana@example.org.";

/// The agent: one step asks the model once, and uses the tools that it wants used.
#[agent(max_steps = 6, max_usd = 0.25, max_tokens = 40_000)]
async fn assistant(model: &Model, chat: &mut Vec<Value>) -> Result<Step<String>, ApiError> {
    let reply = ask(model, chat).await?;
    let calls = reply.tool_calls()?;
    if calls.is_empty() {
        return Ok(Step::Done(reply.text()));
    }
    chat.push(reply.message);
    for call in calls {
        let result = use_tool(&call.function).await;
        chat.push(json!({ "role": "tool", "tool_call_id": call.id, "content": result }));
    }
    Ok(Step::Next)
}

/// Asks the model. In the last step the tools are off, so that it has to answer.
async fn ask(model: &Model, chat: &[Value]) -> Result<Reply, ApiError> {
    let request = json!({
        "model": model.name,
        "messages": chat,
        "tools": tools(),
        "tool_choice": if Run::current().is_last_step() { "none" } else { "auto" },
        // Some servers know only the older name of it, `max_tokens`.
        "max_completion_tokens": model::MAX_OUTPUT,
    });
    chat_completion(model, &request).await
}

/// The one call that leaves this program, within the budget of the run. Each attempt is paid for, also one that is given up.
#[retry(max = 3)]
#[timeout(secs = 60)]
async fn chat_completion(model: &Model, request: &Value) -> Result<Reply, ApiError> {
    let worst_case = model.worst_case(request);
    let reserved = Run::current().reserve(worst_case)?.sent();
    let answer: Result<Reply, ApiError> = api::json(model.post("/chat/completions").json(request)).await;
    match &answer {
        // A server that does not say what it took is taken at its worst.
        Ok(reply) => reserved.commit(reply.usage.as_ref().map_or(worst_case, |usage| model.cost(usage)))?,
        // It said that it did nothing, and so it costs nothing.
        Err(ApiError::Busy { .. } | ApiError::Refused(_) | ApiError::OutOfQuota(_)) => reserved.commit(Usd::ZERO)?,
        // Nobody knows: it is paid for.
        Err(_) => drop(reserved),
    }
    answer
}

/// What the model is told about the tools.
fn tools() -> Value {
    let text = json!({ "type": "string" });
    json!([
        { "type": "function", "function": {
            "name": "weather",
            "description": "The weather in a city, now",
            "parameters": { "type": "object", "properties": { "city": text }, "required": ["city"] },
        } },
        { "type": "function", "function": {
            "name": "send_mail",
            "description": "Sends a mail in the name of the user",
            "parameters": { "type": "object", "properties": { "to": text, "body": text }, "required": ["to", "body"] },
        } },
    ])
}

#[derive(Deserialize)]
struct City {
    city: String,
}

#[derive(Deserialize)]
struct Mail {
    to: String,
    body: String,
}

/// Uses a tool. One that fails does not end the run: the model reads why, and goes on.
async fn use_tool(call: &Function) -> String {
    let result = dispatch(call).await.unwrap_or_else(|error| format!("not done: {error}"));
    println!("  {}({}): {result}", call.name, call.arguments);
    result
}

async fn dispatch(call: &Function) -> Result<String, ApiError> {
    match call.name.as_str() {
        "weather" => {
            let City { city } = serde_json::from_str(&call.arguments)?;
            weather(&city).await
        }
        "send_mail" => {
            let Mail { to, body } = serde_json::from_str(&call.arguments)?;
            send_mail(&to, &body).await
        }
        other => Ok(format!("there is no tool `{other}`")),
    }
}

/// A harmless tool. (A real one would ask a weather service here: see the example `http_tools`.)
#[timeout(secs = 5)]
async fn weather(city: &str) -> Result<String, ApiError> {
    Ok(format!("4 degrees and rain in {city}"))
}

/// A risky one: what it does can't be taken back, so a human is asked. (This one only pretends.)
#[requires_approval(reason = "it sends a mail in your name", within = "2m")]
async fn send_mail(to: &str, body: &str) -> Result<String, ApiError> {
    Ok(format!("a mail of {} letters went to {to}", body.chars().count()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let question = std::env::args().nth(1).unwrap_or_else(|| QUESTION.to_owned());
    let model = match Model::from_env()? {
        Some(model) => model,
        None => stand_in::start().await?,
    };
    println!("\n{} is asked: {question}", model.name);

    let mut chat = vec![json!({ "role": "user", "content": question })];
    let recorder = Recorder::new();
    let answer = scope().recorder(&recorder).run(assistant(&model, &mut chat)).await;

    println!("\nWhat happened, by the clock:");
    for entry in recorder.report().entries() {
        println!("{:>6} ms  {}: {}", entry.at.as_millis(), entry.event.tool(), entry.event);
    }
    println!("\n{}", recorder.report());
    match answer {
        Ok(answer) => {
            println!("The answer: {answer}");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("No answer: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Who approves: the human at the terminal. Where there is none, nobody does.
fn scope() -> Scope {
    if std::io::stdin().is_terminal() {
        Scope::current().approver(Terminal)
    } else {
        println!("(Nobody sits at the terminal, so what needs an approval is denied.)");
        Scope::current().approver(Deny)
    }
}
