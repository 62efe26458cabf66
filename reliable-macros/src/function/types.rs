//! Types as they are written.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{AssocType, GenericArgument, PathArguments, PathSegment, Type, TypeImplTrait, TypeParamBound, parse_quote};

use crate::function::tokens::mentions;

/// Opens the invisible groups that `macro_rules!` leaves around a type, but where they hold `dyn A + B` together.
pub(crate) struct Opened;

impl VisitMut for Opened {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        while let Type::Group(group) = ty {
            if matches!(*group.elem, Type::TraitObject(_) | Type::ImplTrait(_)) {
                break;
            }
            *ty = Type::clone(&group.elem);
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

/// A type with `_` for each `impl Trait`: how an expression can name it.
pub(crate) fn inferred(ty: &Type) -> Type {
    struct Infer;
    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::ImplTrait(_) => *ty = parse_quote!(_),
                _ => visit_mut::visit_type_mut(self, ty),
            }
        }
    }
    let mut ty = ty.clone();
    Infer.visit_type_mut(&mut ty);
    ty
}

/// Whether there is an `impl Trait` in a type.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    mentions(ty.to_token_stream(), &|name| name == "impl")
}

/// The `impl Stream` of a type that has it in a `Box`.
pub(crate) fn boxed_stream(ty: &Type) -> Option<TypeImplTrait> {
    struct Boxed(Option<TypeImplTrait>);
    impl VisitMut for Boxed {
        fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
            if segment.ident == "Box" {
                self.0 = self.0.take().or_else(|| opaque_stream(&segment.arguments));
            }
            visit_mut::visit_path_segment_mut(self, segment);
        }
    }
    let mut boxed = Boxed(None);
    boxed.visit_type_mut(&mut ty.clone());
    boxed.0
}

fn opaque_stream(arguments: &PathArguments) -> Option<TypeImplTrait> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    let Some(GenericArgument::Type(Type::ImplTrait(opaque))) = arguments.args.first() else { return None };
    let is_stream = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Stream"),
        _ => false,
    };
    opaque.bounds.iter().any(is_stream).then(|| opaque.clone())
}

/// What an `impl Stream<Item = …>` in a type says of its items.
pub(crate) fn items(ty: &Type) -> Option<Type> {
    struct Items(Option<Type>);
    impl VisitMut for Items {
        fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
            visit_mut::visit_type_impl_trait_mut(&mut Within(&mut self.0), ty);
        }
    }
    struct Within<'a>(&'a mut Option<Type>);
    impl VisitMut for Within<'_> {
        fn visit_assoc_type_mut(&mut self, named: &mut AssocType) {
            if named.ident == "Item" {
                self.0.get_or_insert_with(|| inferred(&named.ty));
            }
        }
    }
    let mut items = Items(None);
    items.visit_type_mut(&mut ty.clone());
    items.0
}

/// Whether two types are written with the same words.
pub(crate) fn is_same(one: &Type, other: &Type) -> bool {
    let words = |ty: &Type| {
        let mut ty = inferred(ty);
        Opened.visit_type_mut(&mut ty);
        ty.to_token_stream().to_string()
    };
    words(one) == words(other)
}
