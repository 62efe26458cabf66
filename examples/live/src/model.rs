//! The model: where it is, what it costs, and what it says.

use std::env;

use anyhow::Context;
use reliable::{Charge, Usd};
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::Value;

use support::api::{self, ApiError};

/// The tokens that one reply may have.
pub(crate) const MAX_OUTPUT: u64 = 2000;

/// A model behind an endpoint. It has no `Debug`, because that would show the key.
pub(crate) struct Model {
    pub(crate) name: String,
    http: reqwest::Client,
    base_url: String,
    key: String,
    price: Price,
}

/// For a million tokens.
struct Price {
    input: Usd,
    output: Usd,
}

impl Price {
    /// On the high side: so an unknown model stays below the cap rather than above it.
    const ASSUMED: Price = Price { input: Usd::dollars(5), output: Usd::dollars(25) };

    fn of(&self, input: u64, output: u64) -> Usd {
        let cost = |tokens: u64, price: Usd| tokens.saturating_mul(price.as_micros()).div_ceil(1_000_000);
        Usd::micros(cost(input, self.input).saturating_add(cost(output, self.output)))
    }
}

impl Model {
    /// The model that the environment or the file `.env` names; `None` without a key.
    pub(crate) fn from_env() -> anyhow::Result<Option<Model>> {
        match dotenvy::dotenv() {
            Err(error) if error.not_found() => {}
            // The error's own words quote the line, and the line may hold the key.
            Err(_) => println!("The file .env has a line that is not `NAME=value`; it and what follows is ignored."),
            Ok(_) => {}
        }
        let Some(key) = variable("OPENAI_API_KEY") else { return Ok(None) };
        let base_url = variable("OPENAI_BASE_URL").unwrap_or_else(|| "https://api.openai.com/v1".to_owned());
        let name = variable("OPENAI_MODEL").unwrap_or_else(|| "gpt-4.1-mini".to_owned());
        let price = Price {
            input: price("OPENAI_PRICE_INPUT")?.unwrap_or(Price::ASSUMED.input),
            output: price("OPENAI_PRICE_OUTPUT")?.unwrap_or(Price::ASSUMED.output),
        };
        let http = api::client().build()?;
        Ok(Some(Model { name, http, base_url: base_url.trim_end_matches('/').to_owned(), key, price }))
    }

    /// The stand-in at this base URL.
    pub(crate) fn stand_in(base_url: String) -> anyhow::Result<Model> {
        // A proxy that the environment names could not reach this machine's loopback.
        let http = api::client().no_proxy().build()?;
        Ok(Model { name: "the stand-in".to_owned(), http, base_url, key: "none".to_owned(), price: Price::ASSUMED })
    }

    /// A request with the key in it.
    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base_url)).bearer_auth(&self.key)
    }

    /// The most that a request can cost. A token has at least one byte.
    pub(crate) fn worst_case(&self, request: &Value) -> Charge {
        let input = request.to_string().len() as u64;
        Charge::usd(self.price.of(input, MAX_OUTPUT)).tokens(input + MAX_OUTPUT)
    }

    /// What a reply did cost.
    pub(crate) fn cost(&self, usage: &Usage) -> Charge {
        let &Usage { prompt_tokens, completion_tokens } = usage;
        Charge::usd(self.price.of(prompt_tokens, completion_tokens))
            .tokens(prompt_tokens.saturating_add(completion_tokens))
    }
}

fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok()?.trim().to_owned();
    (!value.is_empty()).then_some(value)
}

fn price(name: &str) -> anyhow::Result<Option<Usd>> {
    variable(name).map(|price| price.parse().with_context(|| format!("{name} is {price:?}"))).transpose()
}

/// `{"choices": [{"message": {…}}], "usage": {…}}`
#[derive(Deserialize)]
#[serde(from = "Completion")]
pub(crate) struct Reply {
    /// As the model sent it, because the next request has to repeat it word for word.
    pub(crate) message: Value,
    pub(crate) usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Completion {
    choices: [Choice; 1],
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Value,
}

/// What a reply took, as the server counts it.
#[derive(Deserialize)]
pub(crate) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl From<Completion> for Reply {
    fn from(Completion { choices: [Choice { message }], usage }: Completion) -> Reply {
        Reply { message, usage }
    }
}

/// A tool that the model wants used.
#[derive(Deserialize)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) function: Function,
}

/// Its name, and its arguments as JSON in a text.
#[derive(Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

impl Reply {
    /// The tools that the model wants used; none if this is its answer.
    pub(crate) fn tool_calls(&self) -> Result<Vec<ToolCall>, ApiError> {
        let calls = Option::<Vec<ToolCall>>::deserialize(&self.message["tool_calls"])?;
        Ok(calls.unwrap_or_default())
    }

    /// What the model says.
    pub(crate) fn text(&self) -> String {
        self.message["content"].as_str().unwrap_or("(nothing)").to_owned()
    }
}
