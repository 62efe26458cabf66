//! The ways to write the functions that are compared.

pub struct Variant {
    pub name: &'static str,
    /// What the crate depends on, besides tokio and thiserror.
    pub dependencies: &'static str,
    /// What the error type says, besides what goes wrong with the tool itself.
    pub errors: &'static str,
    /// The attributes of each function.
    pub attributes: &'static str,
    /// What is there once, a line with `EACH`, and the function that is there many times.
    pub template: &'static str,
}

pub const EACH: &str = "// Each function:\n";

pub const PLAIN: &str = "plain";
pub const BY_HAND: &str = "by hand";
pub const RELIABLE: &str = "reliable, one attribute";
pub const INSTRUMENT: &str = "#[tracing::instrument]";
pub const BY_HAND_THREE: &str = "by hand, three";
pub const RELIABLE_THREE: &str = "reliable, three attributes";

const NOTHING: Variant =
    Variant { name: PLAIN, dependencies: "", errors: "", attributes: "", template: include_str!("templates/plain.rs") };

/// What goes wrong around the tool: the same for both that know of it.
const FAULTS: &str = "#[error(\"timed out\")]\n    TimedOut,\n    #[error(\"the circuit is open\")]\n    Open,";

/// `{reliable}` is the path of the library.
const DEPENDS_ON_RELIABLE: &str = r#"reliable-tools = { path = "{reliable}" }"#;

pub const ALL: [Variant; 7] = [
    NOTHING,
    Variant { name: BY_HAND, template: include_str!("templates/by_hand.rs"), ..NOTHING },
    Variant { name: RELIABLE, dependencies: DEPENDS_ON_RELIABLE, attributes: "#[reliable::retry(max = 3)]", ..NOTHING },
    Variant {
        name: INSTRUMENT,
        dependencies: r#"tracing = { version = "0.1", default-features = false, features = ["attributes"] }"#,
        attributes: "#[tracing::instrument]",
        ..NOTHING
    },
    Variant {
        name: "backon-macros",
        dependencies: r#"backon-macros = "1"
backon = { version = "1.6", default-features = false, features = ["std", "tokio-sleep"] }"#,
        attributes: "#[backon_macros::backon(backoff = pauses, sleep = tokio::time::sleep)]",
        template: include_str!("templates/backon.rs"),
        ..NOTHING
    },
    Variant { name: BY_HAND_THREE, errors: FAULTS, template: include_str!("templates/by_hand_three.rs"), ..NOTHING },
    Variant {
        name: RELIABLE_THREE,
        dependencies: DEPENDS_ON_RELIABLE,
        errors: FAULTS,
        attributes: "#[reliable::retry(max = 3)]
#[reliable::circuit_breaker(failures = 5)]
#[reliable::timeout(secs = 2)]",
        template: include_str!("templates/reliable_three.rs"),
    },
];

impl Variant {
    /// The name as the name of a crate.
    pub fn slug(&self) -> String {
        let words = self.name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        format!("variant-{}", words.collect::<Vec<_>>().join("-"))
    }
}
