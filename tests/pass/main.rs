//! Code that looks like a mistake and is none: it compiles, and mostly without a warning. Here and not in `ui/`, because for
//! the sake of these few each dependency would be built for trybuild.

#![allow(clippy::pedantic, reason = "about the little functions themselves")]

mod a_body_that_never_ends;
mod behind_cfg_attr;
mod imports_are_used;
mod parameters_of_settings_alone;
mod step_behind_a_name;
