//! The tools of a router, one by one.

use std::sync::Arc;

use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::handler::server::tool::DynCallToolHandler;

/// The router in which each tool is called in another way.
pub(super) fn each<S: 'static>(
    mut router: ToolRouter<S>,
    around: impl Fn(Arc<DynCallToolHandler<S>>) -> Arc<DynCallToolHandler<S>>,
) -> ToolRouter<S> {
    for route in router.map.values_mut() {
        route.call = around(Arc::clone(&route.call));
    }
    router
}
