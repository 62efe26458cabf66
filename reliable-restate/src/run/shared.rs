//! What all runs of an endpoint share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reliable_runtime::durable::workflows::Workflows;
use tokio::sync::Semaphore;

/// What all runs of an endpoint share.
pub(crate) struct Shared {
    pub(crate) workflows: Workflows,
    /// How long an answer holds that is remembered, if not until it is revoked.
    pub(crate) remember_for: Option<Duration>,
    /// A run that goes on has one of them, and one that waits has none.
    pub(crate) places: Arc<Semaphore>,
    /// The key of the store, when it is known here.
    pub(crate) key: OnceLock<u128>,
}

impl Shared {
    pub(crate) fn new(workflows: Workflows, remember_for: Option<Duration>) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(workflows.its_bound().min(Semaphore::MAX_PERMITS)));
        Arc::new(Shared { workflows, remember_for, places, key: OnceLock::new() })
    }

    pub(crate) fn version(&self) -> Option<String> {
        self.workflows.its_version().map(str::to_owned)
    }
}
