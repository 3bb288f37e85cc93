//! Spanned nodes as CEL values. Nothing is copied: a value borrows the tree.
//!
//! Scalars are handed out as CEL's own, so that literals and functions take them. Collections are
//! wrapped: they borrow, and cel cannot downcast what borrows, so they are reached through its traits
//! only. What is absent is null, and every field of null is null.

use std::any::Any;
use std::fmt;
use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator as Items, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelNull, CelString, CelUInt, LIST_TYPE, MAP_TYPE, NULL_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};

use crate::yaml::{Kind, NodeRef, Scalar};

/// A node as a CEL value.
pub(crate) fn value(node: NodeRef<'_>) -> Box<dyn Val + '_> {
    let node = node.resolved();
    match node.kind() {
        Kind::Mapping => Box::new(Collection::new(node, true)),
        Kind::Sequence => Box::new(Collection::new(node, false)),
        Kind::Scalar | Kind::Alias => match node.scalar() {
            Some(Scalar::Bool(value)) => Box::new(CelBool::from(value)),
            Some(Scalar::Int(number)) => Box::new(CelInt::from(number)),
            Some(Scalar::Uint(number)) => Box::new(CelUInt::from(number)),
            Some(Scalar::Float(number)) => Box::new(CelDouble::from(number)),
            Some(Scalar::String(text)) => Box::new(CelString::from(text)),
            Some(Scalar::Null) | None => Box::new(Absent),
        },
    }
}

/// Null, and whatever is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent;

impl Val for Absent {
    fn get_type(&self) -> &Type {
        &NULL_TYPE
    }

    fn cel_type() -> &'static Type {
        &NULL_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some() || other.downcast_ref::<CelNull>().is_some()
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Absent {}

impl Container for Absent {
    fn contains(&self, _value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(false)
    }
}

impl Indexer for Absent {
    fn get<'b, 'v>(&'b self, _index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(CowVal::Borrowed(self))
    }

    fn steal<'v>(self: Box<Self>, _index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(self)
    }
}

impl Iterable for Absent {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Lent([].iter()))
    }
}

impl Sizer for Absent {
    fn size(&self) -> CelInt {
        CelInt::from(0)
    }
}

/// A mapping or a sequence.
#[derive(Clone)]
struct Collection<'t> {
    node: NodeRef<'t>,
    is_mapping: bool,
    /// Items of a sequence, keys of a mapping: cel's iterator lends, so somebody must keep them.
    items: OnceLock<Vec<Box<dyn Val + 't>>>,
}

impl<'t> Collection<'t> {
    fn new(node: NodeRef<'t>, is_mapping: bool) -> Self {
        Self {
            node,
            is_mapping,
            items: OnceLock::new(),
        }
    }

    fn items(&self) -> &[Box<dyn Val + 't>] {
        self.items.get_or_init(|| {
            if self.is_mapping {
                let keys = self.node.fields().into_iter();
                keys.map(|(key, _)| Box::new(CelString::from(key)) as Box<dyn Val + 't>)
                    .collect()
            } else {
                self.node.items().map(value).collect()
            }
        })
    }

    fn field(&self, index: &dyn Val) -> Result<Box<dyn Val + 't>, ExecutionError> {
        let found = if self.is_mapping {
            let key = index.downcast_ref::<CelString>();
            let key = key.ok_or_else(|| wrong_index(index, "string"))?;
            self.node.get(key)
        } else {
            let number = index.downcast_ref::<CelInt>();
            let number = number.ok_or_else(|| wrong_index(index, "int"))?;
            let number = usize::try_from(*number.inner()).ok();
            number.and_then(|number| self.node.items().nth(number))
        };
        Ok(found.map_or_else(|| Box::new(Absent) as Box<dyn Val + 't>, value))
    }
}

/// As JSON, which is how a message shows it.
impl fmt::Debug for Collection<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.node.to_json())
    }
}

impl Val for Collection<'_> {
    fn get_type(&self) -> &Type {
        if self.is_mapping {
            &MAP_TYPE
        } else {
            &LIST_TYPE
        }
    }

    // Only the overload macros of cel ask for it, and none takes a node.
    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let same_size = other
            .as_sizer()
            .is_some_and(|sizer| sizer.size() == self.size());
        if self.get_type() != other.get_type() || !same_size {
            return false;
        }
        if self.is_mapping {
            return self.equals_mapping(other);
        }
        let Some(iterable) = other.as_iterable() else {
            return false;
        };
        let mut others = iterable.iter();
        self.items()
            .iter()
            .all(|item| others.next().is_some_and(|other| item.equals(other)))
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Self::new(self.node, self.is_mapping))
    }
}

impl Collection<'_> {
    fn equals_mapping(&self, other: &dyn Val) -> bool {
        let Some(indexer) = other.as_indexer() else {
            return false;
        };
        self.node.fields().into_iter().all(|(key, node)| {
            let other = indexer.get(&CelString::from(key));
            other.is_ok_and(|other| value(node).equals(other.as_ref()))
        })
    }
}

impl Container for Collection<'_> {
    fn contains(&self, wanted: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.items().iter().any(|item| item.equals(wanted)))
    }
}

impl Indexer for Collection<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(CowVal::Owned(self.field(index)?))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.field(index)
    }
}

impl Iterable for Collection<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Lent(self.items().iter()))
    }
}

impl Sizer for Collection<'_> {
    fn size(&self) -> CelInt {
        let size = if self.is_mapping {
            self.node.fields().len()
        } else {
            self.node.items().count()
        };
        CelInt::from(i64::try_from(size).unwrap_or(i64::MAX))
    }
}

/// Lends the items that a collection keeps.
struct Lent<'b, 't>(std::slice::Iter<'b, Box<dyn Val + 't>>);

impl<'b, 'v, 't: 'v> Items<'b, 'v> for Lent<'b, 't> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0
            .next()
            .map(|item| item.as_ref() as &'b (dyn Val + 'v))
    }
}

fn wrong_index(index: &dyn Val, want: &str) -> ExecutionError {
    ExecutionError::UnexpectedType {
        got: index.get_type().name().to_owned(),
        want: want.to_owned(),
    }
}
