//! What is asked of the server over HTTP.

mod engine;
mod http;
mod journal;
mod rows;
mod runs;
mod text;

use reliable_runtime::durable::store_error::StoreError;
use serde_json::json;

use crate::client::http::Http;

/// A server, by the addresses of its ingress and of its admin API.
pub(crate) struct Client {
    http: Http,
    ingress: String,
    admin: String,
}

impl Client {
    pub(crate) fn at(ingress: &str, admin: &str) -> Self {
        let trimmed = |address: &str| address.trim_end_matches('/').to_owned();
        Client { http: Http::default(), ingress: trimmed(ingress), admin: trimmed(admin) }
    }

    pub(crate) async fn register(&self, endpoint: &str) -> Result<(), StoreError> {
        let deployment = json!({ "uri": endpoint, "force": true });
        let answer = self.http.post_json(&format!("{}/deployments", self.admin), &deployment).await?;
        answer.ok(&format!("the server does not take `{endpoint}` as an endpoint")).map(drop)
    }
}
