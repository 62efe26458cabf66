//! What a call of a model fails with, and a run of an agent.

use std::time::{Duration, SystemTime};

use ::http::HeaderMap;
use ::rig::ProviderResponseError;
use ::rig::completion::PromptError;
use ::rig::error::{ErrorReport, ProviderError, transient_transport};
use ::rig::http_client;

use crate::frameworks::http;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::seen::transient::Transient;

/// As the reason why there was no answer: that is where a [`ProviderError`] has a source.
impl From<Fault> for ProviderError {
    fn from(fault: Fault) -> ProviderError {
        ProviderError::request(fault)
    }
}

/// As a [`ProviderError`].
impl From<Fault> for PromptError {
    fn from(fault: Fault) -> PromptError {
        PromptError::Provider(fault.into())
    }
}

/// As an error of the connection.
impl From<Fault> for http_client::Error {
    fn from(fault: Fault) -> http_client::Error {
        http_client::Error::instance(fault)
    }
}

/// The table is in the module [`rig`](crate::frameworks::rig).
impl Transient for http_client::Error {
    fn is_transient(&self) -> bool {
        let by_itself = || judged(transient_transport(self), answer(self).as_ref());
        self.fault().map_or_else(by_itself, |kind| kind.is_transient())
    }

    fn retry_after(&self) -> Option<Duration> {
        asked(self.non_success_headers())
    }

    fn fault(&self) -> Option<FaultKind> {
        FaultKind::of(self)
    }
}

/// The table is in the module [`rig`](crate::frameworks::rig).
impl Transient for ProviderError {
    fn is_transient(&self) -> bool {
        let by_itself = || judged(self.is_retryable(), self.provider_response());
        self.fault().map_or_else(by_itself, |kind| kind.is_transient())
    }

    fn retry_after(&self) -> Option<Duration> {
        asked(self.provider_response_headers())
    }

    fn fault(&self) -> Option<FaultKind> {
        match self {
            // It is not among the sources.
            ProviderError::Http(error) => error.fault(),
            _ => FaultKind::of(self),
        }
    }
}

/// The table is in the module [`rig`](crate::frameworks::rig).
impl Transient for ErrorReport {
    fn is_transient(&self) -> bool {
        judged(self.retryable, self.provider_response.as_ref())
    }

    fn retry_after(&self) -> Option<Duration> {
        asked(self.provider_response_headers())
    }
}

/// The table is in the module [`rig`](crate::frameworks::rig).
impl Transient for PromptError {
    fn is_transient(&self) -> bool {
        match self {
            PromptError::Provider(error) => error.is_transient(),
            PromptError::Report(report) => report.is_transient(),
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        asked(self.provider_response_headers())
    }

    fn fault(&self) -> Option<FaultKind> {
        match self {
            PromptError::Provider(error) => error.fault(),
            _ => None,
        }
    }
}

/// The answer that an error of the transport stands for, if it does.
fn answer(error: &http_client::Error) -> Option<ProviderResponseError> {
    let body = error.non_success_body()?;
    Some(
        ProviderResponseError::new(error.non_success_status()?, body)
            .with_headers(error.non_success_headers().cloned()),
    )
}

/// What the answer says of a retry, where rig reads only its status.
fn judged(retryable: bool, answer: Option<&ProviderResponseError>) -> bool {
    let Some(answer) = answer else { return retryable };
    let advised = answer.headers.as_ref().and_then(http::advised);
    advised.unwrap_or(retryable && answer.machine_code().as_deref() != Some("insufficient_quota"))
}

fn asked(headers: Option<&HeaderMap>) -> Option<Duration> {
    http::retry_after(headers?, SystemTime::now())
}
