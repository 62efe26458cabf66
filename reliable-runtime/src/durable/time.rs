//! The time of a run, and its pauses: recorded, so that they are the same in each life.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use crate::base::{flow_time, timer};
use crate::durable::call::call;
use crate::durable::flow::{Flow, Here};

/// The time. In the flow of a run it is recorded: whoever comes here again gets the same.
///
/// ```
/// use reliable::durable::{self, Memory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let memory = Memory::new();
/// memory.crash_after(1);
/// let halt = memory.run("trip-42", async { (durable::now().await, durable::sleep(std::time::Duration::ZERO).await) }).await;
/// assert!(halt.is_err(), "it dies behind the first thing that is recorded");
/// # }
/// ```
pub fn now() -> impl Future<Output = SystemTime> + Send + use<> {
    let flow = match Here::now() {
        Here::Plain | Here::Leaf(_) => None,
        Here::Flow(flow) => Some(flow),
    };
    let time = move || flow.as_ref().map_or_else(SystemTime::now, |flow| flow.journal.now());
    let recorded = call("reliable::now").run({
        let time = time.clone();
        async move { Ok::<_, ()>(time()) }
    });
    async move { recorded.await.unwrap_or_else(|()| time()) }
}

/// Waits for so long. In the flow of a run it is recorded when that ends: a restart in between does not begin it anew.
///
/// ```
/// use reliable::durable::{self, Memory};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let hour = Duration::from_secs(3600);
/// Memory::new().run("trip-42", async move { durable::sleep(hour).await }).await.unwrap();
/// # }
/// ```
pub fn sleep(duration: Duration) -> impl Future<Output = ()> + Send + use<> {
    let asleep = match Here::now() {
        Here::Plain | Here::Leaf(_) => Asleep::Plain(timer::sleep(duration)),
        // Both places are taken here, and not when it is first polled: `select!` polls in any order.
        Here::Flow(flow) => {
            let begins = now();
            Asleep::Recorded(woken(flow, begins, duration))
        }
    };
    async move {
        match asleep {
            Asleep::Plain(timer) => timer.await,
            Asleep::Recorded(woken) => woken.await,
        }
    }
}

/// Whether this is the flow of a run that is read back: until its first call that runs, all that it tells was told before, by an
/// earlier life. A [listener](crate::scope::Scope::listen) asks it to tell the one from the other; a report and the metrics
/// have done so.
///
/// ```
/// use reliable::durable::{self, Memory};
/// use reliable::{Event, Scope, Step, agent};
///
/// #[agent]
/// async fn desk(steps: &mut u32) -> Result<Step<u32>, String> {
///     *steps += 1;
///     durable::call("ask_model").run(async { Ok::<_, String>(()) }).await?;
///     Ok(if *steps == 3 { Step::Done(*steps) } else { Step::Next })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let (heard, told) = std::sync::mpsc::channel();
/// let scope = Scope::current().listen(move |event: &Event| {
///     if let Event::Step { step, .. } = event {
///         heard.send((*step, durable::is_read_back())).unwrap();
///     }
/// });
/// let memory = Memory::new();
/// memory.crash_after(2);
/// memory.run("trip-42", async { desk(&mut 0).await }).await.unwrap_err();
/// scope.run(memory.run("trip-42", async { desk(&mut 0).await })).await.unwrap().unwrap();
/// # drop(memory);
/// assert_eq!(told.try_iter().collect::<Vec<_>>(), [(1, true), (2, true), (3, true)], "the third step had begun, too");
/// # }
/// ```
pub fn is_read_back() -> bool {
    flow_time::is_read_back()
}

enum Asleep<F> {
    Plain(tokio::time::Sleep),
    Recorded(F),
}

fn woken(
    flow: Arc<Flow>,
    begins: impl Future<Output = SystemTime> + Send,
    duration: Duration,
) -> impl Future<Output = ()> + Send {
    let until = Arc::new(OnceLock::new());
    let wakes = call("reliable::sleep").run({
        let until = Arc::clone(&until);
        async move {
            flow.sleep_until(until.get().copied().flatten()).await;
            Ok::<(), ()>(())
        }
    });
    async move {
        let _ = until.set(begins.await.checked_add(duration));
        let _ = wakes.await;
    }
}
