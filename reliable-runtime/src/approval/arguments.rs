//! The arguments of a call, each with what tells it from others.

use crate::said::digest::Digest;
use crate::seen::digest;

type Argument = (&'static str, Option<Digest>);

/// In the order in which they are told. So many as most functions have need no list on the heap.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    first: [Option<Argument>; 4],
    others: Vec<Argument>,
}

impl Arguments {
    pub(crate) fn add(&mut self, name: &'static str, argument: Option<Digest>) {
        match self.first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some((name, argument)),
            None => self.others.push((name, argument)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.first.iter().flatten().chain(&self.others)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Option<Digest>> {
        self.iter().find(|(known, _)| *known == name).map(|(_, argument)| argument)
    }

    /// Of `function` called with them. `None` where one of them can't be told from others.
    pub(crate) fn called_with(&self, function: Digest) -> Option<Digest> {
        self.iter().try_fold(function, |call, &(name, argument)| Some(digest::of(&("argument", call, name, argument?))))
    }
}

impl FromIterator<Argument> for Arguments {
    fn from_iter<I: IntoIterator<Item = Argument>>(arguments: I) -> Self {
        let mut all = Arguments::default();
        arguments.into_iter().for_each(|(name, argument)| all.add(name, argument));
        all
    }
}
