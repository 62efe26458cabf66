//! Which attribute may stand above which. Top is outermost.
//!
//! Each attribute has its own rules. Here they are read.

use proc_macro2::Ident;

use crate::errors::Errors;
use crate::stack::attribute::Placed;
use crate::stack::rule::{Moves, Other, Rule, Stands, Twice};

/// Checks every two attributes of one function, the upper against the lower.
pub(crate) fn check(stack: &[Placed], errors: &mut Errors) {
    for index in 0..stack.len() {
        // One mistake, one message: the nearest attribute that makes the order senseless.
        let fault = (0..index).rev().find_map(|upper| fault(stack, upper, index));
        if let Some(fault) = fault {
            errors.push(fault);
        }
    }
}

fn fault(stack: &[Placed], above: usize, below: usize) -> Option<syn::Error> {
    let (upper, lower, between) = (&stack[above], &stack[below], &stack[above + 1..below]);
    let rule = |this: &Placed, other: &Placed, stands: Stands, beyond: &[Placed]| {
        let mut rules = this.attribute.order.iter();
        rules.find(|rule| rule.is_about(this, other, stands, beyond)).map(|rule| rule.error(this, other))
    };
    let refused = rule(upper, lower, Stands::Below, &stack[..above]);
    refused.or_else(|| rule(lower, upper, Stands::Above, &stack[below + 1..])).or_else(|| {
        let name = lower.attribute.name;
        let message = match lower.attribute.twice {
            _ if upper.attribute.name != name => return None,
            Twice::Allowed => return None,
            Twice::Around(these, _) if between.iter().any(|placed| these.contains(&placed.attribute.name)) => {
                return None;
            }
            Twice::Around(_, message) => message.to_owned(),
            Twice::Refused => format!("`#[{name}]` stands here twice: remove one of them"),
        };
        Some(syn::Error::new(lower.options.span, message))
    })
}

impl Rule {
    /// Whether it has something against the `other`, with those on the other side of `this` `beyond` it.
    fn is_about(&self, this: &Placed, other: &Placed, stands: Stands, beyond: &[Placed]) -> bool {
        let name = other.attribute.name;
        let is_other = match self.other {
            Other::One(it) => it == name,
            // Of two of a kind something else is said.
            Other::AllBut(these) => name != this.attribute.name && !these.contains(&name),
        };
        let is_on_both_sides = beyond.iter().any(|placed| placed.attribute.name == name);
        self.stands == stands
            && is_other
            && self.only_with.is_none_or(|option| this.options.mention(option).is_some())
            && !(self.unless_on_both_sides && is_on_both_sides)
    }

    fn error(&self, this: &Placed, other: &Placed) -> syn::Error {
        let Rule { why, note, .. } = self;
        let (this_name, other_name) = (this.attribute.name, other.attribute.name);
        let with_option = self.only_with.map_or(this_name.to_owned(), |option| format!("{this_name}({option})"));
        if let (Moves::Option, Some(option)) = (self.moves, self.only_with) {
            let is = if self.stands == Stands::Above { "below" } else { "above" };
            let message = format!(
                "`#[{with_option}]` {is} `#[{other_name}]` {why}: write `#[{other_name}({option})]` instead{note}"
            );
            let span = this.options.mention(option).map_or(this.options.span, Ident::span);
            return syn::Error::new(span, message);
        }
        let (mover, first, second, stays) = match self.moves {
            Moves::This | Moves::Option => (this, &*with_option, other_name, other_name),
            Moves::Other => (other, other_name, &*with_option, this_name),
        };
        let is_below = (self.stands == Stands::Above) == (self.moves == Moves::This);
        let (is, goes) = if is_below { ("below", "above") } else { ("above", "below") };
        let name = mover.attribute.name;
        let to = self.to.map_or_else(|| format!("{goes} the `#[{stays}]` line"), str::to_owned);
        let message = format!("`#[{first}]` {is} `#[{second}]` {why}: move the `#[{name}]` line {to}{note}");
        syn::Error::new(mover.options.span, message)
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Span, TokenStream};

    use super::*;
    use crate::function::Function;
    use crate::function::code::Code;
    use crate::options::Options;
    use crate::options::rows::{Row, Takes};
    use crate::stack::attribute::{Attribute, Layer};

    struct Nothing;

    impl Layer for Nothing {
        fn wrap(&self, inner: Code, _: &Function) -> Code {
            inner
        }
    }

    const fn attribute(name: &'static str, order: &'static [Rule]) -> Attribute {
        const OPTIONS: &[Row] = &[Row::beside("loud", Takes::Nothing)];
        Attribute { order, ..Attribute::new(name, OPTIONS, |_, _, _| Box::new(Nothing)) }
    }

    static A: Attribute = attribute(
        "a",
        &[
            Rule::above("up", Moves::This, "would w"),
            Rule::above("up_away", Moves::Other, "would x").to("to another function"),
            Rule::below("down", Moves::This, "would y"),
            Rule::below("down_away", Moves::Other, "would z").note(" (its own is `q`)"),
            Rule::above("heard", Moves::Other, "would wake it").only_with("loud"),
            Rule::above("both", Moves::Other, "would hide it").unless_on_both_sides(),
        ],
    );
    static SHY: Attribute = attribute(
        "shy",
        &[Rule::above("up", Moves::This, "would v"), Rule::above_all_but(&["many"], Moves::This, "would be seen")],
    );
    static BOTH: Attribute = Attribute { twice: Twice::Allowed, ..attribute("both", &[]) };
    static UP: Attribute = attribute("up", &[]);
    static UP_AWAY: Attribute = attribute("up_away", &[]);
    static DOWN: Attribute = attribute("down", &[]);
    static DOWN_AWAY: Attribute = attribute("down_away", &[]);
    static HEARD: Attribute = attribute("heard", &[]);
    static MANY: Attribute = Attribute { twice: Twice::Allowed, ..attribute("many", &[]) };
    static AROUND: Attribute =
        Attribute { twice: Twice::Around(&["a"], "nothing between"), ..attribute("around", &[]) };

    fn placed(attribute: &'static Attribute, args: &str) -> Placed {
        let args: TokenStream = args.parse().unwrap();
        let options =
            Options::parse(attribute.name, attribute.options, &[], args, Span::call_site(), &mut Errors::default());
        Placed { attribute, options, layer: Box::new(Nothing) }
    }

    fn faults(attributes: &[&'static Attribute]) -> Vec<String> {
        let stack: Vec<_> = attributes.iter().map(|attribute| placed(attribute, "")).collect();
        messages(&stack)
    }

    fn messages(stack: &[Placed]) -> Vec<String> {
        let mut errors = Errors::default();
        check(stack, &mut errors);
        errors.finish().err().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn a_rule_says_which_line_to_move_where() {
        assert_eq!(faults(&[&UP, &A]), ["`#[a]` below `#[up]` would w: move the `#[a]` line above the `#[up]` line"]);
        assert_eq!(
            faults(&[&UP_AWAY, &A]),
            ["`#[up_away]` above `#[a]` would x: move the `#[up_away]` line to another function"]
        );
        assert_eq!(
            faults(&[&A, &DOWN]),
            ["`#[a]` above `#[down]` would y: move the `#[a]` line below the `#[down]` line"]
        );
        assert_eq!(
            faults(&[&A, &DOWN_AWAY]),
            [
                "`#[down_away]` below `#[a]` would z: move the `#[down_away]` line above the `#[a]` line (its own is `q`)"
            ]
        );
        assert!(faults(&[&A, &UP, &UP_AWAY]).is_empty());
        assert!(faults(&[&DOWN, &DOWN_AWAY, &A]).is_empty());
    }

    #[test]
    fn the_nearest_one_is_told() {
        assert_eq!(
            faults(&[&UP, &UP_AWAY, &A]),
            ["`#[up_away]` above `#[a]` would x: move the `#[up_away]` line to another function"]
        );
    }

    #[test]
    fn a_rule_may_hang_on_an_option() {
        assert!(faults(&[&HEARD, &A]).is_empty());
        assert_eq!(
            messages(&[placed(&HEARD, ""), placed(&A, "loud")]),
            ["`#[heard]` above `#[a(loud)]` would wake it: move the `#[heard]` line below the `#[a]` line"]
        );
    }

    #[test]
    fn one_on_both_sides_may_be_another_matter() {
        let refused = ["`#[both]` above `#[a]` would hide it: move the `#[both]` line below the `#[a]` line"];
        assert_eq!(faults(&[&BOTH, &A]), refused);
        assert_eq!(faults(&[&BOTH, &BOTH, &A, &UP_AWAY]), refused);
        assert!(faults(&[&BOTH, &A, &BOTH]).is_empty());
        assert!(faults(&[&BOTH, &MANY, &A, &MANY, &BOTH]).is_empty());
    }

    #[test]
    fn a_rule_about_everyone_else_holds_for_whoever_is_not_excepted() {
        assert_eq!(
            faults(&[&HEARD, &SHY]),
            ["`#[shy]` below `#[heard]` would be seen: move the `#[shy]` line above the `#[heard]` line"]
        );
        assert_eq!(
            faults(&[&HEARD, &MANY, &SHY]),
            ["`#[shy]` below `#[heard]` would be seen: move the `#[shy]` line above the `#[heard]` line"]
        );
        assert_eq!(
            faults(&[&HEARD, &UP, &SHY]),
            ["`#[shy]` below `#[up]` would v: move the `#[shy]` line above the `#[up]` line"],
            "the rule about one of them has better words"
        );
        assert!(faults(&[&MANY, &SHY, &HEARD]).is_empty());
        assert_eq!(faults(&[&SHY, &SHY]), ["`#[shy]` stands here twice: remove one of them"]);
    }

    #[test]
    fn one_stands_there_twice_if_that_means_something() {
        assert_eq!(faults(&[&UP, &UP]), ["`#[up]` stands here twice: remove one of them"]);
        assert!(faults(&[&MANY, &MANY]).is_empty());
        assert_eq!(faults(&[&AROUND, &MANY, &AROUND]), ["nothing between"]);
        assert!(faults(&[&AROUND, &A, &AROUND]).is_empty());
    }
}
