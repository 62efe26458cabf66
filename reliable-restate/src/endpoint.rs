//! The service that the server calls.

use std::time::Duration;

use reliable_runtime::durable::workflows::Workflows;
use restate_sdk::endpoint::Endpoint as Served;
use restate_sdk::http_server::HttpServer;
use restate_sdk::service::IntoServiceDefinition;
use socket2::SockRef;
use tokio::net::TcpListener;

use crate::run::shared::Shared;
use crate::services::{Grants, Questions, Runs, Store, options, plain_options};

/// Serves [`Workflows`] to a Restate server, which drives their runs.
///
/// ```no_run
/// use reliable::durable::Workflows;
/// use reliable_restate::Endpoint;
///
/// async fn trip(city: String) -> Result<String, String> {
///     Ok(format!("a room in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let workflows = Workflows::new().add("trip", trip);
/// Endpoint::new(&workflows).listen("127.0.0.1:9080").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Endpoint {
    workflows: Workflows,
    kept: Duration,
    remember_for: Option<Duration>,
}

/// Runs that have ended are kept for so long.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Endpoint {
    /// Of these workflows.
    pub fn new(workflows: &Workflows) -> Self {
        Endpoint { workflows: workflows.clone(), kept: KEPT, remember_for: None }
    }

    /// How long the server keeps a run that has ended: its outcome, what is recorded of it, its questions, and that its id
    /// is taken. Default: seven days. It holds from when the endpoint is registered anew.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use reliable::durable::Workflows;
    /// use reliable_restate::Endpoint;
    ///
    /// let month = Duration::from_secs(30 * 24 * 60 * 60);
    /// let endpoint = Endpoint::new(&Workflows::new()).keep_for(month);
    /// # let _ = endpoint;
    /// ```
    pub fn keep_for(mut self, kept: Duration) -> Self {
        self.kept = kept;
        self
    }

    /// How long an answer holds that is remembered for later questions
    /// ([`StoreGrants`](reliable_runtime::durable::store_grants::StoreGrants)), from when it is given. Default: until somebody
    /// revokes it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use reliable::durable::Workflows;
    /// use reliable_restate::Endpoint;
    ///
    /// let week = Duration::from_secs(7 * 24 * 60 * 60);
    /// let endpoint = Endpoint::new(&Workflows::new()).remember_for(week);
    /// # let _ = endpoint;
    /// ```
    pub fn remember_for(mut self, at_most: Duration) -> Self {
        self.remember_for = Some(at_most);
        self
    }

    /// Listens at this address, until the process is told to stop (Ctrl-C). Whoever reaches it can run any workflow: keep it on
    /// loopback, or behind what lets the server through and nobody else.
    ///
    /// # Errors
    /// If the address can't be had, as where another process has it.
    pub async fn listen(self, address: &str) -> std::io::Result<()> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            let words = format!("nobody can listen at {address} ({error}): stop who does, or take another address");
            std::io::Error::new(error.kind(), words)
        })?;
        self.serve(listener).await;
        Ok(())
    }

    /// The same with a listener that there is already.
    ///
    /// ```no_run
    /// # use reliable::durable::Workflows;
    /// # use reliable_restate::Endpoint;
    /// # async fn f(workflows: Workflows) -> std::io::Result<()> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// println!("listens at {}", listener.local_addr()?);
    /// Endpoint::new(&workflows).serve(listener).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn serve(self, listener: TcpListener) {
        // What it accepts inherits that. Without it the first record of a life waits 40 ms for the kernel to send it.
        let _ = SockRef::from(&listener).set_tcp_nodelay(true);
        let shared = Shared::new(self.workflows, self.remember_for);
        let served = Served::builder()
            .bind(Runs(shared).into_service_definition().options(options(self.kept)))
            .bind(Questions.into_service_definition().options(options(self.kept)))
            .bind(Grants.into_service_definition().options(plain_options()))
            .bind(Store.into_service_definition().options(plain_options()))
            .build();
        HttpServer::new(served).serve(listener).await;
    }
}
