//! The handle on the runs of a Restate server.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use reliable_runtime::durable::runs::Runs;
use reliable_runtime::durable::store_error::StoreError;

use crate::client::Client;

/// The runs of a Restate server, from anywhere: all that one does with [`Runs`], but that runs are submitted and driven by an
/// [`Endpoint`](crate::Endpoint) instead of by [`run`](Runs::run) or [`work`](Runs::work). A clone is another handle on the same.
///
/// ```no_run
/// use reliable_restate::Restate;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let restate = Restate::at("http://127.0.0.1:8080", "http://127.0.0.1:9070");
/// restate.register("http://127.0.0.1:9080").await?;
/// restate.submit("trip", "trip-42", &"Oslo").await?;
/// let outcome: Result<String, String> = restate.outcome("trip-42").await?; // waits for the end of the run
/// println!("{}", outcome?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Restate {
    client: Arc<Client>,
    runs: Runs,
}

impl Restate {
    /// The server with its ingress and its admin API at these addresses; by default they are `http://127.0.0.1:8080` and
    /// `http://127.0.0.1:9070`. Nobody is asked yet.
    pub fn at(ingress: &str, admin: &str) -> Self {
        let client = Arc::new(Client::at(ingress, admin));
        Restate { runs: Runs::of(Arc::<Client>::clone(&client)), client }
    }

    /// Tells the server of an endpoint: it finds there what it serves. The same address again is fine, and makes known what has
    /// changed.
    ///
    /// # Errors
    /// If nobody answers at one of the two addresses, or if the server won't have it.
    pub async fn register(&self, endpoint: &str) -> Result<(), StoreError> {
        self.client.register(endpoint).await
    }
}

impl Deref for Restate {
    type Target = Runs;

    fn deref(&self) -> &Runs {
        &self.runs
    }
}

impl fmt::Debug for Restate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restate").finish_non_exhaustive()
    }
}
