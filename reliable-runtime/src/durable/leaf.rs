//! The body of a recorded call: what is recorded inside of it just runs, and what it spends is noted.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::base::flow_time::outside;
use crate::durable::flow::{Flow, Slot};
use crate::scope::Scope;
use crate::scope::noted::{Noted, noting};

#[derive(Debug)]
pub(super) struct Leaf {
    scope: Scope,
    pub(super) noted: Noted,
}

impl Leaf {
    pub(super) fn new(flow: &Arc<Flow>) -> Self {
        let slot = Slot::Leaf(Arc::clone(flow));
        Leaf { scope: Scope::current().with(Arc::new(slot)), noted: Noted::default() }
    }

    pub(super) fn poll<F: Future>(&mut self, body: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Leaf { scope, noted } = self;
        noting(noted, || outside(|| scope.clone().enter(|| body.poll(cx))))
    }
}
