//! The services that the server finds at an endpoint.

use std::sync::Arc;
use std::time::Duration;

use reliable_runtime::durable::store_grant::StoreGrant;
use restate_sdk::context::{
    ContextAwakeables, ContextClient, ContextReadState, ContextWriteState, ObjectContext, RequestTarget,
    WorkflowContext,
};
use restate_sdk::endpoint::{HandlerOptions, ServiceOptions};
use restate_sdk::errors::{HandlerError, HandlerResult};
use restate_sdk::serde::Json;

use crate::run::life::Life;
use crate::run::shared::Shared;
use crate::wire::{Answer, GRANT, GRANTED, Submitted, awakeable_of, unreadable};

pub(crate) struct Runs(pub(crate) Arc<Shared>);

#[restate_sdk::workflow(name = "ReliableRun")]
impl Runs {
    /// A run, from its beginning to its end.
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, submitted: Vec<u8>) -> HandlerResult<Vec<u8>> {
        // The SDK would end a run whose input it can't read.
        let submitted: Submitted = serde_json::from_slice(&submitted)
            .map_err(|error| HandlerError::from(unreadable(ctx.key(), "what it was submitted with", &error)))?;
        let life = Life::new(&ctx, Arc::clone(&self.0), submitted);
        life.go_on().await.map(String::into_bytes)
    }
}

pub(crate) struct Questions;

#[restate_sdk::workflow(name = "ReliableQuestion")]
impl Questions {
    /// Takes an answer. A workflow runs once: whatever comes later does not count.
    #[allow(clippy::unused_async, reason = "a handler is async")]
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, answer: Vec<u8>) -> HandlerResult<()> {
        let grant = serde_json::from_slice::<Answer>(&answer).ok().and_then(|answer| answer.grant);
        ctx.resolve_awakeable(awakeable_of(ctx.key()), answer);
        if let Some(grant) = grant {
            let target = RequestTarget::object(GRANT, grant.alike.key.to_string(), "keep");
            ctx.request::<_, ()>(target, Json(grant)).send();
        }
        Ok(())
    }
}

pub(crate) struct Grants;

#[restate_sdk::object(name = "ReliableGrant")]
impl Grants {
    /// Remembers an answer. A yes does not take the place of a no.
    #[handler]
    async fn keep(&self, ctx: ObjectContext<'_>, grant: Json<StoreGrant>) -> HandlerResult<()> {
        let grant = grant.into_inner();
        let before = granted(&ctx).await?.filter(|before| before.holds(grant.given_at));
        if before.is_none_or(|before| before.gives_way_to(&grant)) {
            ctx.set(GRANTED, Json(grant));
        }
        Ok(())
    }

    /// The answer, if there is one.
    #[handler]
    async fn recall(&self, ctx: ObjectContext<'_>) -> HandlerResult<Json<Option<StoreGrant>>> {
        Ok(Json(granted(&ctx).await?))
    }
}

/// One that can't be read answers nothing: a human is asked.
async fn granted(ctx: &ObjectContext<'_>) -> HandlerResult<Option<StoreGrant>> {
    let granted = ctx.get::<Vec<u8>>(GRANTED).await?;
    Ok(granted.and_then(|granted| serde_json::from_slice(&granted).ok()))
}

pub(crate) struct Store;

#[restate_sdk::object(name = "ReliableStore")]
impl Store {
    /// The key of the store: this one, if there was none.
    #[handler]
    async fn key(&self, ctx: ObjectContext<'_>, candidate: String) -> HandlerResult<String> {
        if let Some(key) = ctx.get::<String>("key").await? {
            return Ok(key);
        }
        ctx.set("key", candidate.clone());
        Ok(candidate)
    }
}

/// So soon a run goes on when its service is there again, at the latest.
const AGAIN: Duration = Duration::from_secs(1);
/// What is silent for so long is suspended.
const SILENT: Duration = Duration::from_secs(60);
/// A service that is not there is asked again and again: the server gives up at no time.
const ATTEMPTS: u64 = 1_000_000_000;

pub(crate) fn options(kept: Duration) -> ServiceOptions {
    let options = ServiceOptions::new().inactivity_timeout(SILENT).journal_retention(kept);
    options
        .retry_policy_initial_interval(Duration::from_millis(50))
        .retry_policy_exponentiation_factor(1.2)
        .retry_policy_max_interval(AGAIN)
        .retry_policy_max_attempts(ATTEMPTS)
        .handler("run", HandlerOptions::new().workflow_retention(kept))
}

/// Of the services that are no workflows.
pub(crate) fn plain_options() -> ServiceOptions {
    ServiceOptions::new().retry_policy_max_interval(AGAIN).retry_policy_max_attempts(ATTEMPTS)
}
