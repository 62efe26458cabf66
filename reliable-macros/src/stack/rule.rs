//! What an attribute says of others on the same function. Others are referred to by name, so that none imports another;
//! a test looks whether each name is one of the family.

/// Whether an attribute may stand on one function twice.
#[derive(Clone, Copy)]
pub(crate) enum Twice {
    Refused,
    Allowed,
    /// Only around one of these; otherwise there is a message.
    Around(&'static [&'static str], &'static str),
}

/// What an attribute says of another one: that the two make no sense in this order.
pub(crate) struct Rule {
    pub(crate) other: Other,
    /// An option of this attribute, without which it has nothing against the order.
    pub(crate) only_with: Option<&'static str>,
    pub(crate) stands: Stands,
    pub(crate) moves: Moves,
    /// Whether it has nothing against the order where one like the other stands on the other side as well.
    pub(crate) unless_on_both_sides: bool,
    /// What would come of it: `would ask a human again at every attempt`.
    pub(crate) why: &'static str,
    /// Where the one that moves is to go, unless it is just the other side.
    pub(crate) to: Option<&'static str>,
    /// What else there is to know.
    pub(crate) note: &'static str,
}

/// Whom it speaks of.
#[derive(Clone, Copy)]
pub(crate) enum Other {
    /// `retry`
    One(&'static str),
    /// Everyone else, but for these: whoever joins the family, too.
    AllBut(&'static [&'static str]),
}

/// Where the other attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Stands {
    Above,
    Below,
}

/// Which of the two the message tells to move: it points there, and speaks of it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Moves {
    This,
    Other,
    /// Only the option that the rule is for.
    Option,
}

impl Rule {
    /// What it says of another one above it.
    pub(crate) const fn above(other: &'static str, moves: Moves, why: &'static str) -> Rule {
        Rule {
            other: Other::One(other),
            only_with: None,
            unless_on_both_sides: false,
            stands: Stands::Above,
            moves,
            why,
            to: None,
            note: "",
        }
    }

    /// What it says of everyone else above it, but for these. Of those for whom it has better words, it says them first.
    pub(crate) const fn above_all_but(these: &'static [&'static str], moves: Moves, why: &'static str) -> Rule {
        Rule { other: Other::AllBut(these), ..Rule::above("", moves, why) }
    }

    /// What it says of another one below it.
    pub(crate) const fn below(other: &'static str, moves: Moves, why: &'static str) -> Rule {
        Rule { stands: Stands::Below, ..Rule::above(other, moves, why) }
    }

    /// The same, if this attribute has an option.
    pub(crate) const fn only_with(self, option: &'static str) -> Rule {
        Rule { only_with: Some(option), ..self }
    }

    /// The same, unless another one like the other stands on the other side.
    pub(crate) const fn unless_on_both_sides(self) -> Rule {
        Rule { unless_on_both_sides: true, ..self }
    }

    /// Where to move it, if the other side is no better.
    pub(crate) const fn to(self, to: &'static str) -> Rule {
        Rule { to: Some(to), ..self }
    }

    /// What the message ends with.
    pub(crate) const fn note(self, note: &'static str) -> Rule {
        Rule { note, ..self }
    }
}
