//! What is left of the spans without the feature `tracing`: nothing.

#![allow(clippy::unused_self, reason = "the spans need themselves")]

use std::fmt::Display;

use crate::said::decision::Decision;
use crate::said::fault_kind::FaultKind;
#[cfg(feature = "durable")]
use crate::said::idempotency::IdempotencyKey;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;

#[derive(Debug, Clone)]
pub(crate) struct RunSpan;

impl RunSpan {
    #[inline]
    pub(crate) fn none() -> Self {
        RunSpan
    }

    #[inline]
    pub(crate) fn begin(_: &ToolName) -> Self {
        RunSpan
    }

    #[inline]
    pub(crate) fn within<T>(&self, tell: impl FnOnce() -> T) -> T {
        tell()
    }

    #[inline]
    pub(crate) fn step<'a, F>(&self, _: impl FnOnce() -> (Option<&'a str>, u32, u32), step: F) -> F {
        step
    }

    #[inline]
    pub(crate) fn finished(&self) {}

    #[inline]
    pub(crate) fn failed(&self, _: impl FnOnce() -> Option<FaultKind>, _: impl Display) {}
}

#[cfg(feature = "durable")]
#[derive(Debug)]
pub(crate) struct LifeSpan;

#[cfg(feature = "durable")]
impl LifeSpan {
    #[inline]
    pub(crate) fn begin(_: &str, _: impl FnOnce() -> IdempotencyKey, _: bool) -> Self {
        LifeSpan
    }

    #[inline]
    pub(crate) fn around<F>(&self, life: F) -> F {
        life
    }

    #[inline]
    pub(crate) fn within<T>(&self, tell: impl FnOnce() -> T) -> T {
        tell()
    }

    #[inline]
    pub(crate) fn finished(&self) {}

    #[inline]
    pub(crate) fn halted(&self, _: &str, _: impl Display) {}
}

#[derive(Debug, Clone)]
pub(crate) struct ApprovalSpan;

impl ApprovalSpan {
    #[inline]
    pub(crate) fn begin(_: &Request) -> Self {
        ApprovalSpan
    }

    #[inline]
    pub(crate) fn around<F>(&self, question: F) -> F {
        question
    }

    #[inline]
    pub(crate) fn decided(&self, _: &Decision) {}
}

#[derive(Debug)]
pub(crate) struct ToolSpan;

impl ToolSpan {
    #[inline]
    pub(crate) fn begin(_: &ToolName, _: Option<QuestionId>) -> Self {
        ToolSpan
    }

    #[inline]
    pub(crate) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        run()
    }

    #[inline]
    pub(crate) fn finished(&self) {}

    #[inline]
    pub(crate) fn failed(&self, _: Option<FaultKind>, _: impl Display) {}
}
