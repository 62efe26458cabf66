//! What goes wrong in a stream: it breaks off, or hangs.

use super::{Break, Failing, How, Injection, What};

/// The stream of the call breaks off behind so many items: the next one is an error. In a function with `stream` only.
///
/// The error is that of [`with`](Injection::with). Without it, it is a [`Fault::Policy`](crate::said::fault::Fault::Policy),
/// which is worth another attempt, where the error of the items has `From<Fault>`. Behind 0 items it is the error of the call.
///
/// ```
/// use futures_util::stream::{self, BoxStream, StreamExt};
/// use reliable::chaos::{Chaos, cut_after, stall_after};
/// use reliable::{Fault, Scope, chaos, retry, timeout};
///
/// #[retry(max = 3, stream)]
/// #[timeout(secs = 20, idle = "5s")]
/// #[chaos]
/// async fn ask(prompt: &str) -> Result<BoxStream<'static, Result<&'static str, Fault>>, Fault> {
///     Ok(stream::iter([Ok("It"), Ok("is"), Ok("sunny")]).boxed())
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Fault> {
/// let plan = Chaos::plan().at("ask", [cut_after(0), stall_after(2)]);
/// let answer = Scope::current().chaos(&plan).run(ask("How is the weather?")).await?; // at the second attempt
/// let items: Vec<_> = answer.collect().await;
/// assert_eq!(items[..2], [Ok("It"), Ok("is")]);
/// assert!(matches!(items[2..], [Err(Fault::TimedOut { .. })]));
/// # Ok(())
/// # }
/// ```
pub fn cut_after(items: u32) -> Injection {
    Injection::once(What::Break(Break { behind: items, how: How::Cut(None) }))
}

/// The stream of the call hangs behind so many items. In a function with `stream` only.
///
/// See [`cut_after`] for an example.
pub fn stall_after(items: u32) -> Injection {
    Injection::once(What::Break(Break { behind: items, how: How::Stall }))
}

impl Injection {
    /// What the stream fails with that [`cut_after`] breaks off: an error of the type that its items have.
    ///
    /// ```
    /// use reliable::chaos::cut_after;
    ///
    /// let reset = cut_after(2).with(|| std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    /// ```
    ///
    /// # Panics
    /// If it cuts no stream.
    pub fn with<E: 'static>(self, error: impl Fn() -> E + Send + Sync + 'static) -> Self {
        let What::Break(Break { behind, how: How::Cut(_) }) = self.what else {
            panic!("`with` is for `cut_after`: `fail` has its error already")
        };
        let how = How::Cut(Some(Failing::new(error)));
        Injection { what: What::Break(Break { behind, how }), ..self }
    }
}
