//! The client hears that its call is alive while a human is asked.

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use ::rmcp::RoleServer;
use ::rmcp::model::{ProgressNotificationParam, ProgressToken};
use ::rmcp::service::{Peer, RequestContext};
use tokio::time::sleep;

/// Often enough for a client that gives up after ten seconds without a word.
const EVERY: Duration = Duration::from_secs(5);

/// Tells the client of this call that somebody is asked, again and again until the answer is there: where the call has a
/// token for it.
pub(super) async fn while_asked<T>(call: &RequestContext<RoleServer>, answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    let mut progress = pin!(tell(&call.peer, call.meta.get_progress_token()));
    // Beside it: a client that no longer reads must not keep the answer waiting.
    let answered = poll_fn(|cx| match answer.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(answer),
        Poll::Pending => progress.as_mut().poll(cx).map(|never| match never {}),
    });
    answered.await
}

async fn tell(client: &Peer<RoleServer>, token: Option<ProgressToken>) -> Infallible {
    let Some(token) = token else { return pending().await };
    let mut waited = Duration::ZERO;
    loop {
        let progress = ProgressNotificationParam::new(token.clone(), waited.as_secs_f64());
        // One that does not arrive is no reason to stop asking.
        let _ = client.notify_progress(progress.with_message("the user is asked whether it may run")).await;
        sleep(EVERY).await;
        waited += EVERY;
    }
}
