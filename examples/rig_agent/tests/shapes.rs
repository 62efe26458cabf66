//! Every style of a tool, with the attributes on it: what rig makes of it is what it makes of the same tool without them,
//! and what befalls it reaches the model.

// About the little functions themselves, with or without attributes.
#![allow(clippy::unused_async, clippy::unnecessary_wraps, clippy::needless_pass_by_value, clippy::missing_errors_doc)]

use std::sync::atomic::{AtomicU32, Ordering};

use reliable::approver::{Approve, Deny};
use reliable::rig::tool_error;
use reliable::{Fault, Scope};
use reliable::{bulkhead, circuit_breaker, fallback, hedge, requires_approval, retry, timeout};
use rig::rig_tool;
use rig::tool::{Tool, ToolContext, ToolErrorKind, ToolExecutionError, ToolResult, ToolSet, tool_definition};
use serde_json::{Value, json};

/// Fails twice, then succeeds.
pub struct Flaky {
    calls: AtomicU32,
}

impl Flaky {
    const fn new() -> Flaky {
        Flaky { calls: AtomicU32::new(0) }
    }

    fn call(&self) -> Result<u32, ToolExecutionError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            calls @ 3.. => Ok(calls),
            _ => Err(ToolExecutionError::provider("busy")),
        }
    }
}

/// Calls the tool as an agent does, in a task of its own: its future is `Send`.
async fn call(tool: impl Tool + 'static, arguments: Value) -> ToolResult {
    call_with(tool, arguments, ToolContext::new()).await.0
}

async fn call_with<T: Tool + 'static>(
    tool: T,
    arguments: Value,
    mut context: ToolContext,
) -> (ToolResult, ToolContext) {
    let tools = ToolSet::from_tools(vec![tool]);
    let scope = Scope::current();
    let call = async move {
        let result = tools.execute(T::NAME, arguments.to_string(), &mut context).await;
        (result, context)
    };
    tokio::spawn(scope.run(call)).await.unwrap()
}

/// What the model reads.
fn read(result: &ToolResult) -> Value {
    let output = result.output();
    output.as_json().cloned().or_else(|| output.as_text().map(Value::from)).unwrap()
}

fn is_defined_as(tool: &impl Tool, plain: &impl Tool) {
    let [tool, plain] = [json!(tool_definition(tool)), json!(tool_definition(plain))];
    assert_eq!(tool, plain);
}

/// The same tool twice: with the attributes, and without.
macro_rules! twins {
    ([$($ours:tt)*] $($tool:tt)*) => {
        #[allow(dead_code, unused_imports)]
        pub mod ours {
            use super::*;
            $($ours)* $($tool)*
        }
        #[allow(dead_code, unused_imports)]
        pub mod plain {
            use super::*;
            $($tool)*
        }
    };
}

mod above {
    use super::*;

    mod an_async_function_with_documented_parameters {
        use super::*;

        static FLAKY: Flaky = Flaky::new();
        twins! {
            [#[retry(max = 2)] #[timeout(secs = 1)]]
            /// Tells the weather.
            ///
            /// In one city.
            #[rig_tool]
            pub async fn weather(
                /// The city's name,
                /// in English.
                city: String,
                /// How many days.
                days: u32,
            ) -> Result<String, ToolExecutionError> {
                Ok(format!("{days} days of rain in {city}, at attempt {}", FLAKY.call()?))
            }
        }

        #[tokio::test(start_paused = true)]
        async fn works() {
            is_defined_as(&ours::Weather, &plain::Weather);
            let definition = tool_definition(&ours::Weather);
            assert_eq!(definition.description, "Tells the weather.\n\nIn one city.");
            assert_eq!(definition.parameters["properties"]["city"]["description"], "The city's name,\nin English.");
            assert_eq!(definition.parameters["required"], json!(["city", "days"]));

            let result = call(ours::Weather, json!({ "city": "Oslo", "days": 2 })).await;
            assert_eq!(read(&result), "2 days of rain in Oslo, at attempt 3");
            let result = call(ours::Weather, json!({ "city": "Oslo" })).await;
            assert!(result.is_error_kind(ToolErrorKind::InvalidArgs), "it was not even called");
        }
    }

    mod a_function_that_is_not_async {
        use super::*;

        static FLAKY: Flaky = Flaky::new();
        twins! {
            [#[retry(max = 2, backoff = "none")]]
            #[rig_tool(name = "read-only_weather", description = "Tells the weather", params(city = "Its name"))]
            pub fn weather(city: String) -> Result<String, ToolExecutionError> {
                FLAKY.call().map(|_| format!("rain in {city}"))
            }
        }

        #[tokio::test]
        async fn works() {
            is_defined_as(&ours::Weather, &plain::Weather);
            assert_eq!(tool_definition(&ours::Weather).parameters["properties"]["city"]["description"], "Its name");
            assert_eq!(read(&call(ours::Weather, json!({ "city": "Oslo" })).await), "rain in Oslo");
        }
    }

    mod parameters_that_are_moved {
        use super::*;

        static FLAKY: Flaky = Flaky::new();
        twins! {
            [#[retry(max = 2, clone)] #[timeout(secs = 1)]]
            #[rig_tool(description = "Sorts")]
            pub async fn sort(numbers: Vec<u32>, title: String) -> Result<Vec<String>, ToolExecutionError> {
                let mut numbers = numbers;
                numbers.sort_unstable();
                numbers.push(FLAKY.call()?);
                Ok(std::iter::once(title).chain(numbers.iter().map(u32::to_string)).collect())
            }
        }

        #[tokio::test(start_paused = true)]
        async fn work() {
            is_defined_as(&ours::Sort, &plain::Sort);
            let result = call(ours::Sort, json!({ "numbers": [9, 7], "title": "N" })).await;
            assert_eq!(read(&result), json!(["N", "7", "9", "3"]), "each attempt starts from what the model gave");
        }
    }

    mod mut_parameters_where_nothing_is_repeated {
        use super::*;

        twins! {
            [#[requires_approval] #[timeout(secs = 1)]]
            #[rig_tool(description = "Counts down")]
            pub async fn count_down(
                /// Where to start.
                mut from: u32,
                mut said: Option<Vec<u32>>,
            ) -> Result<Vec<u32>, ToolExecutionError> {
                while from > 0 {
                    said.get_or_insert_default().push(from);
                    from -= 1;
                }
                Ok(said.unwrap_or_default())
            }
        }

        #[tokio::test(start_paused = true)]
        async fn work() {
            is_defined_as(&ours::CountDown, &plain::CountDown);
            let result = Scope::current().approver(Approve).run(call(ours::CountDown, json!({ "from": 2 }))).await;
            assert_eq!(read(&result), json!([2, 1]));
        }
    }

    mod optional_parameters_and_those_that_are_required {
        use super::*;

        static FLAKY: Flaky = Flaky::new();
        twins! {
            [#[fallback(Ok(-1))] #[retry(max = 2)]]
            #[rig_tool(description = "Adds", params(a = "First"), required(a))]
            pub async fn add(a: i32, b: i32, c: Option<i32>) -> Result<i32, ToolExecutionError> {
                FLAKY.call()?;
                Ok(a + b + c.unwrap_or(100))
            }
        }

        #[tokio::test(start_paused = true)]
        async fn works() {
            is_defined_as(&ours::Add, &plain::Add);
            assert_eq!(tool_definition(&ours::Add).parameters["required"], json!(["a"]));
            assert_eq!(read(&call(ours::Add, json!({ "a": 1 })).await), 101);
            assert_eq!(read(&call(ours::Add, json!({ "a": 1, "b": 2, "c": 3 })).await), 6);
        }
    }

    mod the_context {
        use super::*;

        static FLAKY: Flaky = Flaky::new();
        twins! {
            [#[retry(max = 2)] #[timeout(secs = 1)]]
            #[rig_tool(description = "Counts")]
            pub async fn count(
                /// Where to start.
                from: u32,
                #[rig(context)] context: &mut ToolContext,
            ) -> Result<u32, ToolExecutionError> {
                let attempts = context.result::<Attempts>().ok().flatten().map_or(1, |Attempts(n)| n + 1);
                context.insert_result(Attempts(attempts)).map_err(tool_error)?;
                FLAKY.call()?;
                Ok(from + attempts)
            }
        }

        #[derive(serde::Serialize, serde::Deserialize, rig::tool::ContextValue)]
        pub struct Attempts(u32);

        #[tokio::test(start_paused = true)]
        async fn is_the_same_for_each_attempt() {
            is_defined_as(&ours::Count, &plain::Count);
            assert!(tool_definition(&ours::Count).parameters["properties"].get("context").is_none());
            let (result, context) = call_with(ours::Count, json!({ "from": 10 }), ToolContext::new()).await;
            assert_eq!(read(&result), 13);
            assert_eq!(context.result::<Attempts>().unwrap().unwrap().0, 3);
        }
    }

    /// One tool for each of the other attributes, and what the model reads when it has stopped the call.
    mod each_attribute {
        use super::*;

        async fn other(_: u32) -> Result<String, ToolExecutionError> {
            Ok("the other".to_owned())
        }

        macro_rules! tools {
            ($($name:ident: [$($ours:tt)*] $body:expr;)*) => {$(
                pub mod $name {
                    use super::*;
                    twins! {
                        [$($ours)*]
                        #[rig_tool(description = "Does it")]
                        pub async fn tool(n: u32) -> Result<String, ToolExecutionError> {
                            let body: fn(u32) -> _ = $body;
                            body(n).await
                        }
                    }
                }
            )*
                #[test]
                fn are_defined_as_without() {
                    $(is_defined_as(&$name::ours::Tool, &$name::plain::Tool);)*
                }
            };
        }

        async fn well(n: u32) -> Result<String, ToolExecutionError> {
            Ok(n.to_string())
        }

        async fn down(_: u32) -> Result<String, ToolExecutionError> {
            Err(ToolExecutionError::network("no route"))
        }

        async fn never(_: u32) -> Result<String, ToolExecutionError> {
            std::future::pending().await
        }

        tools! {
            retried: [#[retry(max = 1)]] down;
            timed: [#[timeout(ms = 20)]] never;
            fallen_back: [#[fallback(other)]] down;
            broken: [#[circuit_breaker(failures = 1, cooldown = "60s")]] down;
            full: [#[bulkhead(max = 1, reject)]] never;
            hedged: [#[hedge(after = "5ms")]] well;
            approved: [#[requires_approval]] well;
            stacked: [#[requires_approval] #[fallback(other)] #[retry(max = 1)] #[timeout(ms = 20)]] never;
        }

        async fn told(tool: impl Tool + 'static) -> String {
            read(&call(tool, json!({ "n": 7 })).await).as_str().unwrap().to_owned()
        }

        #[tokio::test(start_paused = true)]
        async fn lets_a_good_call_through() {
            assert_eq!(told(hedged::ours::Tool).await, "7");
            assert_eq!(Scope::current().approver(Approve).run(told(approved::ours::Tool)).await, "7");
        }

        #[tokio::test(start_paused = true)]
        async fn tells_the_model_what_befell_a_call() {
            assert_eq!(told(retried::ours::Tool).await, "no route");
            assert_eq!(
                told(timed::ours::Tool).await,
                "`tool` timed out after 20ms. \
                 It may have taken effect all the same: if it changes anything, look before you call it again."
            );
            assert_eq!(told(fallen_back::ours::Tool).await, "the other");
            assert_eq!(told(broken::ours::Tool).await, "no route");
            assert_eq!(
                told(broken::ours::Tool).await,
                "`tool` was not called: its circuit breaker is open for another 60s. \
                 The service keeps failing: call it again after that, or go on without it."
            );
            let (_, rejected) = tokio::join!(
                tokio::time::timeout(std::time::Duration::from_secs(1), told(full::ours::Tool)),
                told(full::ours::Tool)
            );
            assert_eq!(
                rejected,
                "`tool` was not called: the bulkhead has no room. \
                 It did not run. Call it again later, or go on without it."
            );
        }

        #[tokio::test(start_paused = true)]
        async fn refuses_for_the_whole_stack() {
            let refused = call(stacked::ours::Tool, json!({ "n": 7 })).await;
            assert!(refused.is_refused());
            let denied = Scope::current().approver(Deny);
            assert_eq!(
                denied.run(told(stacked::ours::Tool)).await,
                "`tool` was denied: every request is denied here. \
                 It did not run. Do not call it again unless the user asks you to."
            );
            let approved = Scope::current().approver(Approve);
            assert_eq!(approved.run(told(stacked::ours::Tool)).await, "the other", "after two time limits");
        }
    }
}

mod below {
    use super::*;

    static FLAKY: Flaky = Flaky::new();

    mod ours {
        use super::*;

        #[rig_tool(description = "Tells the weather")]
        #[retry(max = 2)]
        #[timeout(secs = 1)]
        pub async fn weather(
            /// Its name.
            city: String,
        ) -> Result<String, ToolExecutionError> {
            FLAKY.call()?;
            Ok(format!("rain in {city}"))
        }

        /// One of ours on either side.
        #[requires_approval]
        #[rig_tool]
        #[timeout(ms = 20)]
        pub async fn pay(#[rig(context)] context: &mut ToolContext, euros: u32) -> Result<u32, ToolExecutionError> {
            let _ = context;
            if euros > 100 { std::future::pending().await } else { Ok(euros) }
        }
    }

    mod plain {
        use super::*;

        #[rig_tool(description = "Tells the weather")]
        pub async fn weather(
            /// Its name.
            city: String,
        ) -> Result<String, ToolExecutionError> {
            Ok(city)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn works_too() {
        is_defined_as(&ours::Weather, &plain::Weather);
        assert_eq!(read(&call(ours::Weather, json!({ "city": "Oslo" })).await), "rain in Oslo");
    }

    #[tokio::test(start_paused = true)]
    async fn and_on_either_side() {
        assert_eq!(tool_definition(&ours::Pay).description, "One of ours on either side.");
        let approved =
            async |euros| Scope::current().approver(Approve).run(call(ours::Pay, json!({ "euros": euros }))).await;
        assert_eq!(read(&approved(7).await), 7);
        assert!(approved(700).await.is_error_kind(ToolErrorKind::Timeout));
        assert!(call(ours::Pay, json!({ "euros": 7 })).await.is_refused());
    }
}

mod an_error_type_of_ones_own {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    pub enum MailError {
        #[error("550 at 10.0.0.7")]
        Server,
        #[error(transparent)]
        Fault(#[from] Fault),
    }

    mod under_rig_tool {
        use super::*;

        twins! {
            [#[timeout(ms = 20)]]
            #[rig_tool(description = "Sends a mail")]
            pub async fn mail(to: String) -> Result<String, MailError> {
                if to == "nobody" { Err(MailError::Server) } else { std::future::pending().await }
            }
        }

        #[tokio::test(start_paused = true)]
        async fn hides_our_faults_from_the_model_too() {
            is_defined_as(&ours::Mail, &plain::Mail);
            for to in ["nobody", "ana"] {
                let result = call(ours::Mail, json!({ "to": to })).await;
                assert_eq!(read(&result), "the tool failed");
                assert!(result.is_error_kind(ToolErrorKind::Other));
            }
        }
    }

    /// A tool written by hand, with our attributes on `call`.
    struct Mail {
        flaky: Flaky,
    }

    impl Tool for Mail {
        const NAME: &'static str = "mail";
        type Args = Vec<String>;
        type Output = String;
        type Error = MailError;

        fn description(&self) -> String {
            "Sends mails".to_owned()
        }

        fn parameters(&self) -> Value {
            json!({ "type": "array", "items": { "type": "string" } })
        }

        fn map_error(&self, error: MailError) -> ToolExecutionError {
            tool_error(error)
        }

        #[retry(max = 2, clone)]
        #[timeout(ms = 20)]
        async fn call(&self, _context: &mut ToolContext, to: Vec<String>) -> Result<String, MailError> {
            match to.first().map(String::as_str) {
                Some("nobody") => Err(MailError::Server),
                Some("ana") => std::future::pending().await,
                _ => self
                    .flaky
                    .call()
                    .map(|calls| format!("{} mails at attempt {calls}", to.len()))
                    .map_err(|_| MailError::Server),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn in_an_impl_with_map_error_shows_them() {
        let read = async |to| read(&call(Mail { flaky: Flaky::new() }, json!([to])).await);
        assert_eq!(read("bob").await, "1 mails at attempt 3");
        assert_eq!(read("nobody").await, "the tool failed");
        assert_eq!(
            read("ana").await,
            "`mail` timed out after 20ms. \
             It may have taken effect all the same: if it changes anything, look before you call it again.",
            "by the name of the tool, not of the function"
        );
    }

    /// The same without a context, generic, and guarded.
    struct Wipe<D>(D);

    impl<D: Send + Sync> rig::tool::PortableTool for Wipe<D> {
        const NAME: &'static str = "wipe";
        type Args = String;
        type Output = String;
        type Error = ToolExecutionError;

        fn description(&self) -> String {
            "Wipes a disk".to_owned()
        }

        fn parameters(&self) -> Value {
            json!({ "type": "string" })
        }

        #[requires_approval]
        #[circuit_breaker(failures = 5)]
        async fn call(&self, args: Self::Args) -> Result<Self::Output, Self::Error> {
            Ok(format!("{args} is empty now"))
        }
    }

    #[tokio::test]
    async fn a_portable_tool_is_told_of_by_its_name() {
        let denied = "`wipe` was denied: no approver is installed. \
                      It did not run. Do not call it again unless the user asks you to.";
        assert_eq!(read(&call(Wipe(1), json!("sda")).await), denied);
        let approved = Scope::current().approver(Approve).run(call(Wipe(1), json!("sda"))).await;
        assert_eq!(read(&approved), "sda is empty now");
    }
}
