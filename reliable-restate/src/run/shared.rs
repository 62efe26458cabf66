//! What all runs of an endpoint share.

use std::sync::{Arc, OnceLock};

use reliable_runtime::durable::workflows::Workflows;

/// What all runs of an endpoint share.
pub(crate) struct Shared {
    pub(crate) workflows: Workflows,
    /// The key of the store, when it is known here.
    pub(crate) key: OnceLock<u128>,
}

impl Shared {
    pub(crate) fn new(workflows: Workflows) -> Arc<Self> {
        Arc::new(Shared { workflows, key: OnceLock::new() })
    }

    pub(crate) fn version(&self) -> Option<String> {
        self.workflows.its_version().map(str::to_owned)
    }
}
