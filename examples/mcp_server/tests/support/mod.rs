//! What the tests share: a client whose user is scripted, connected to a server in memory.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationCapability, ErrorData, Implementation,
};
use rmcp::service::{RequestContext, RunningService};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, Peer, RoleClient, ServerHandler, ServiceError, ServiceExt,
};
use serde_json::Value;

/// A client with a user who answers every question in the same way.
#[derive(Clone)]
pub struct User {
    says: Says,
    can: Option<ElicitationCapability>,
    client: &'static str,
    /// What was asked so far.
    pub asked: Arc<Mutex<Vec<ElicitRequestParams>>>,
    /// How many questions were withdrawn while they stood open.
    pub withdrawn: Arc<Mutex<u32>>,
}

#[derive(Clone)]
pub enum Says {
    Accept(Value),
    AcceptWithoutContent,
    Decline,
    Cancel,
    Error(&'static str),
    Nothing,
}

impl User {
    pub fn who(says: Says) -> User {
        let can = Some(ElicitationCapability::new());
        User { says, can, client: "desk client", asked: Arc::default(), withdrawn: Arc::default() }
    }

    pub fn with(self, can: Option<ElicitationCapability>) -> User {
        User { can, ..self }
    }

    /// With a client of another name.
    pub fn named(self, client: &'static str) -> User {
        User { client, ..self }
    }

    /// The same user, not asked yet.
    pub fn again(&self) -> User {
        User { asked: Arc::default(), withdrawn: Arc::default(), ..self.clone() }
    }

    pub fn questions(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let mut can = ClientCapabilities::default();
        can.elicitation.clone_from(&self.can);
        ClientConfig::new(can, Implementation::new(self.client, "1.0.0"))
    }

    async fn create_elicitation(
        &self,
        question: ElicitRequestParams,
        request: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.asked.lock().unwrap().push(question);
        let action = match self.says.clone() {
            Says::Accept(content) => return Ok(ElicitResult::new(ElicitationAction::Accept).with_content(content)),
            Says::AcceptWithoutContent => ElicitationAction::Accept,
            Says::Decline => ElicitationAction::Decline,
            Says::Cancel => ElicitationAction::Cancel,
            Says::Error(message) => return Err(ErrorData::internal_error(message, None)),
            Says::Nothing => {
                request.ct.cancelled().await;
                *self.withdrawn.lock().unwrap() += 1;
                std::future::pending().await
            }
        };
        Ok(ElicitResult::new(action))
    }
}

pub type Client<C> = RunningService<RoleClient, C>;

pub async fn connect<C: ClientHandler>(server: impl ServerHandler, client: C) -> Client<C> {
    connect_as(server, client, ClientLifecycleMode::Initialize).await
}

pub async fn connect_as<C: ClientHandler>(
    server: impl ServerHandler,
    client: C,
    mode: ClientLifecycleMode,
) -> Client<C> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move { server.serve(far).await.unwrap().waiting().await });
    client.serve_with_lifecycle(near, mode).await.unwrap()
}

pub fn params(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    CallToolRequestParams::new(tool).with_arguments(arguments)
}

pub async fn call(
    client: &Peer<RoleClient>,
    tool: &'static str,
    arguments: Value,
) -> Result<CallToolResult, ServiceError> {
    client.call_tool(params(tool, arguments)).await
}

/// What the model reads: the text, and whether it is an error.
pub fn told(result: &CallToolResult) -> (&str, bool) {
    let [block] = &result.content[..] else { panic!("one block of text: {result:?}") };
    (&block.as_text().unwrap().text, result.is_error == Some(true))
}
