use reliable::{Fault, Step, agent};

type Thought = Step<&'static str>;
type Outcome = Result<Thought, Fault>;
type Stepped<T> = Result<Step<T>, Fault>;

#[agent]
async fn named_step() -> Result<Thought, Fault> {
    Ok(Step::Done("42"))
}

#[agent]
async fn named_outcome() -> Outcome {
    Ok(Step::Done("42"))
}

#[agent]
async fn named_with_an_answer() -> Stepped<String> {
    Ok(Step::Done("42".to_owned()))
}

#[tokio::test]
async fn it_is_seen() {
    assert_eq!(named_step().await, Ok("42"));
    assert_eq!(named_outcome().await, Ok("42"));
    assert_eq!(named_with_an_answer().await.as_deref(), Ok("42"));
}
