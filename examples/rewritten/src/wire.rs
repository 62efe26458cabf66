//! The wire to a provider, and what comes over it: scripted, one answer for each call.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

use crate::provider::{ProviderError, Words};

/// What a provider does when it is called.
#[derive(Debug)]
pub enum Reply {
    Fails(ProviderError),
    Hangs,
    Says(&'static [&'static str]),
    /// It says this, and then the connection is cut.
    IsCut(&'static [&'static str]),
    /// It says this, and then nothing more.
    Stalls(&'static [&'static str]),
}

#[derive(Debug)]
pub struct Model {
    pub name: &'static str,
    replies: Mutex<VecDeque<Reply>>,
    calls: Mutex<u32>,
}

impl Model {
    pub fn new(name: &'static str, replies: impl IntoIterator<Item = Reply>) -> Self {
        Model { name, replies: Mutex::new(replies.into_iter().collect()), calls: Mutex::new(0) }
    }

    /// How often it was called.
    pub fn calls(&self) -> u32 {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream, as an answer with server-sent events does: what fails may do so after the "200 OK".
    pub async fn stream(&self, _prompt: &str) -> Result<Words, ProviderError> {
        Ok(match self.next_reply().await {
            Reply::Fails(error) => return Err(error),
            Reply::Hangs => stream::pending().boxed(),
            Reply::Says(words) => said(words),
            Reply::IsCut(words) => said(words).chain(stream::iter([Err(ProviderError::Cut)])).boxed(),
            Reply::Stalls(words) => said(words).chain(stream::pending()).boxed(),
        })
    }

    /// The same in one piece.
    pub async fn complete(&self, prompt: &str) -> Result<String, ProviderError> {
        let mut words = self.stream(prompt).await?;
        let mut answer = String::new();
        while let Some(word) = words.next().await {
            answer.push_str(word?);
        }
        Ok(answer)
    }

    async fn next_reply(&self) -> Reply {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        sleep(Duration::from_millis(300)).await;
        let reply = self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        reply.unwrap_or(Reply::Says(&["That is ", "all."]))
    }
}

fn said(words: &'static [&'static str]) -> Words {
    stream::iter(words.iter().map(|word| Ok(*word))).boxed()
}
