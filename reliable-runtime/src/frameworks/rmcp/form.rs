//! The question as a form that a client shows to its user, and what comes back of it.

use ::rmcp::model::{
    BooleanSchema, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    PrimitiveSchemaDefinition, StringSchema,
};
use ::rmcp::serde_json::Value;

use crate::said::decision::Decision;
use crate::said::request::{Argument, Request};
use crate::said::words;

pub(super) fn question(request: &Request) -> ElicitRequest {
    let (message, requested_schema) = (message(request), form(request));
    ElicitRequest::new(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema })
}

fn message(request: &Request) -> String {
    let why = request.reason.iter().map(|reason| format!("Why you are asked: {}", words::shown(reason)));
    let shown = |argument: &Argument| format!("{} = {}", argument.name, words::shown(&argument.shown()));
    let arguments = request.arguments.iter().map(shown);
    let space = (!request.arguments.is_empty()).then(String::new);
    let lines = [format!("Run `{}`?", request.tool)].into_iter().chain(why).chain(space).chain(arguments);
    lines.collect::<Vec<_>>().join("\n")
}

/// What is not ticked is not approved, so that to send the form as it came is a no.
fn form(request: &Request) -> ElicitationSchema {
    let approve = BooleanSchema::new().title("Approve").with_default(false);
    let reason = StringSchema::new().title("Reason").description("If not: why not?");
    let form = ElicitationSchema::builder()
        .required_property("approve", PrimitiveSchemaDefinition::Boolean(approve))
        .property("reason", PrimitiveSchemaDefinition::String(reason));
    let form = match &request.remember {
        Some(calls) => {
            let remember = BooleanSchema::new().title("Remember the answer").with_default(false);
            let remember = remember.description(format!("For {calls}"));
            form.property("remember", PrimitiveSchemaDefinition::Boolean(remember))
        }
        None => form,
    };
    form.build_unchecked()
}

/// What the `user` said.
pub(super) fn said(result: &ElicitResult, user: String) -> Decision {
    let said = match result.action {
        ElicitationAction::Accept => match field(result, "approve") {
            Some(Value::Bool(true)) => remembered(result, Decision::approve()),
            Some(Value::Bool(false)) => remembered(result, Decision::deny(reason(result))),
            Some(_) => return misunderstood("its `approve` is neither true nor false"),
            None => return misunderstood("it has no `approve`"),
        },
        ElicitationAction::Decline => Decision::deny("the user declined"),
        ElicitationAction::Cancel => Decision::deny("the user closed the question without an answer"),
        _ => return misunderstood("it is neither accept nor decline nor cancel"),
    };
    said.by(user)
}

fn remembered(result: &ElicitResult, said: Decision) -> Decision {
    if field(result, "remember") == Some(&Value::Bool(true)) { said.remember() } else { said }
}

fn field<'a>(result: &'a ElicitResult, name: &str) -> Option<&'a Value> {
    result.content.as_ref()?.get(name)
}

fn reason(result: &ElicitResult) -> String {
    let said = field(result, "reason").and_then(Value::as_str).map_or("", str::trim);
    if said.is_empty() { "the user said no".to_owned() } else { words::told(&said) }
}

pub(super) fn no_answer_to_it() -> Decision {
    misunderstood("it is not one to an elicitation")
}

fn misunderstood(why: &str) -> Decision {
    Decision::deny(format!("the client's answer could not be understood: {why}"))
}
