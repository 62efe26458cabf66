//! What is really done by the recorded calls of a run, over all of its lives.

use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

use reliable::durable;
use tokio::time::sleep;

pub type Outcome<T> = Result<T, String>;

#[derive(Default)]
pub struct World(pub RefCell<Vec<String>>);

impl World {
    /// A recorded call that takes a while, and gives the name of its tool.
    pub fn call(&self, tool: &'static str, takes: Duration) -> impl Future<Output = Outcome<String>> {
        durable::call(tool).run(async move {
            sleep(takes).await;
            self.0.borrow_mut().push(tool.to_owned());
            Ok(tool.to_owned())
        })
    }

    /// How often that was done.
    pub fn done(&self, tool: &str) -> usize {
        self.0.borrow().iter().filter(|done| *done == tool).count()
    }
}
