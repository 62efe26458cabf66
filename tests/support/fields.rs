//! The fields of an event or a span of `tracing`, behind a text.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};

pub struct Fields(pub String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() != "message" {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}
