//! Tells somebody at once what happens.

use std::cell::Cell;
use std::sync::Arc;

use crate::base::foreign::caught;
use crate::said::event::Event;
use crate::scope::Scope;
use crate::seen::ear::Ear;

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Those of a scope: the outer ones first.
pub(crate) struct Listeners {
    each: Vec<Listener>,
    _ear: Ear,
}

thread_local! {
    /// What a listener does itself is told to none: it would have to listen to itself.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

impl Listeners {
    /// Those that are to be told here.
    pub(crate) fn current() -> Option<Arc<Listeners>> {
        if LISTENING.get() { None } else { Scope::find() }
    }

    /// A listener is foreign code, and its panic is not the tool's: the panic hook has told of it.
    pub(crate) fn tell(&self, event: &Event) {
        LISTENING.set(true);
        for listener in &self.each {
            let _ = caught(|| listener(event));
        }
        LISTENING.set(false);
    }
}

impl Scope {
    /// Calls `listener` with each [`Event`] when it happens, beside the listeners of outer scopes.
    ///
    /// It is called in the middle of the call that the event is about: so it should be quick, such as a line on a screen, or
    /// a message into a channel. One that panics is not heard, and the call goes on. What it does itself is told to no
    /// listener.
    ///
    /// ```
    /// use reliable::{Event, Scope};
    ///
    /// #[reliable::fallback(Ok(42))]
    /// async fn price(item: &str) -> Result<u32, String> {
    ///     Err("503".to_owned())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (heard, listened) = std::sync::mpsc::channel();
    /// let scope = Scope::current().listen(move |event: &Event| heard.send(format!("{}: {event}", event.tool())).unwrap());
    /// scope.run(price("tea")).await.unwrap();
    /// assert_eq!(listened.recv().unwrap(), "price: failed (503); the fallback answers");
    /// # }
    /// ```
    pub fn listen(self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Scope {
        let outer = self.holds::<Listeners>();
        let mut each = outer.map_or_else(Vec::new, |outer| outer.each.clone());
        each.push(Arc::new(listener));
        self.with(Arc::new(Listeners { each, _ear: Ear::new() }))
    }
}
