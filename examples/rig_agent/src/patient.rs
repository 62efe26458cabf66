//! The HTTP client that the model is reached through.

use bytes::Bytes;
use reliable::{retry, timeout};
use rig::http_client::{
    HttpClientExt, LazyBody, MultipartForm, Request, ReqwestClient, Response, Result, StreamingResponse,
};

/// Repeats the model call that failed, and nothing else: a retry of the whole run would call the tools again.
///
/// A streamed call is not repeated: a part of its answer may be out already.
#[derive(Clone, Debug)]
pub struct Patient(pub ReqwestClient);

#[retry(max = 3)]
#[timeout(secs = 30)]
async fn ask_model<U>(client: &ReqwestClient, request: &Request<Bytes>) -> Result<Response<LazyBody<U>>>
where
    U: From<Bytes> + Send + 'static,
{
    client.send(request.clone()).await
}

impl HttpClientExt for Patient {
    fn send<T, U>(&self, request: Request<T>) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        T: Into<Bytes> + Send,
        U: From<Bytes> + Send + 'static,
    {
        let (client, request) = (self.0.clone(), request.map(Into::into));
        async move { ask_model(&client, &request).await }
    }

    fn send_multipart<U>(
        &self,
        request: Request<MultipartForm>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        U: From<Bytes> + Send + 'static,
    {
        self.0.send_multipart(request)
    }

    fn send_streaming<T>(&self, request: Request<T>) -> impl Future<Output = Result<StreamingResponse>> + Send
    where
        T: Into<Bytes> + Send,
    {
        self.0.send_streaming(request)
    }
}
