//! The functions that expressions may call, beside those of CEL's standard library.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "cel calls functions with this signature"
)]

use std::any::Any;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{LazyLock, PoisonError, RwLock};

use cel::common::traits::Comparer;
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelMap, CelMapKey, CelString, DYN_TYPE, NULL_TYPE, STRING_TYPE,
    Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;

use crate::object::{ImageReference, Quantity, QuantityError};

/// What expressions may call, operators aside. cel checks names when it calls and not before, so
/// the loader does.
pub(crate) const FUNCTIONS: &[&str] = &[
    // CEL's standard library
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
    // its string extension
    "charAt",
    "format",
    "indexOf",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "replace",
    "reverse",
    "split",
    "substring",
    "trim",
    "upperAscii",
    // ours
    "either",
    "image",
    "ip",
    "isCIDR",
    "isImage",
    "isIP",
    "isQuantity",
    "quantity",
];

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// The environment of every expression.
pub(crate) fn environment() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib().with_optional_support(false);
    env.add_extension(cel::extensions::strings)?;
    env.add_overload("size", "size_null", vec![NULL_TYPE], size_of_null)?;
    env.add_member_overload("size", "null_size", NULL_TYPE, vec![], size_of_null)?;
    let text = || vec![STRING_TYPE];
    env.add_member_overload("matches", "string_matches", STRING_TYPE, text(), matches)?;
    env.add_overload(
        "matches",
        "matches",
        vec![STRING_TYPE, STRING_TYPE],
        matches,
    )?;
    env.add_overload("either", "either", vec![DYN_TYPE, DYN_TYPE], either)?;
    env.add_overload("isImage", "is_image", text(), is_image)?;
    env.add_overload("image", "image", text(), image)?;
    env.add_overload("isIP", "is_ip", text(), is_ip)?;
    env.add_overload("ip", "ip", text(), ip)?;
    env.add_overload("isCIDR", "is_cidr", text(), is_cidr)?;
    env.add_overload("isQuantity", "is_quantity", vec![DYN_TYPE], is_quantity)?;
    env.add_overload("quantity", "quantity", vec![DYN_TYPE], quantity)?;
    Ok(env)
}

/// The size of what is absent is 0, as that of an empty list.
fn size_of_null<'b, 'v>(_: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelInt::from(0)))
}

/// `text.matches(pattern)`: whether the pattern occurs in the text. Patterns are compiled once.
fn matches<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    let (text, pattern) = (string(&arguments, 0)?, string(&arguments, 1)?);
    answer(compiled(pattern)?.is_match(text))
}

/// `either(first, second)`: the first, or the second where the first is absent.
fn either<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    let count = arguments.len();
    let mut arguments = arguments.into_iter();
    let (Some(first), Some(second)) = (arguments.next(), arguments.next()) else {
        return Err(ExecutionError::invalid_argument_count(2, count));
    };
    let is_absent = *first.get_type() == NULL_TYPE;
    Ok(if is_absent { second } else { first })
}

/// `isImage(text)`: whether a text is an image reference.
fn is_image<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    answer(ImageReference::parse(string(&arguments, 0)?).is_ok())
}

/// `image(text)`: an image reference as a map of `registry`, `repository`, `tag` and `digest`.
fn image<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    let image = ImageReference::parse(string(&arguments, 0)?)
        .map_err(|error| ExecutionError::function_error("image", error))?;
    Ok(map([
        ("registry", Box::new(CelString::from(image.registry))),
        ("repository", Box::new(CelString::from(image.repository))),
        ("tag", Box::new(CelString::from(image.tag))),
        ("digest", Box::new(CelString::from(image.digest))),
    ]))
}

/// `isIP(text)`: whether a text is an IPv4 or IPv6 address.
fn is_ip<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    answer(string(&arguments, 0)?.parse::<IpAddr>().is_ok())
}

/// `ip(text)`: an address as a map of `family` (4 or 6), `loopback`, `unspecified` and `multicast`.
fn ip<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    let address: IpAddr = string(&arguments, 0)?
        .parse()
        .map_err(|error| ExecutionError::function_error("ip", error))?;
    let family = if address.is_ipv4() { 4 } else { 6 };
    let flag = |value: bool| -> Box<dyn Val> { Box::new(CelBool::from(value)) };
    Ok(map([
        ("family", Box::new(CelInt::from(family))),
        ("loopback", flag(address.is_loopback())),
        ("unspecified", flag(address.is_unspecified())),
        ("multicast", flag(address.is_multicast())),
    ]))
}

/// `isCIDR(text)`: whether a text is an address with the length of its network's prefix.
fn is_cidr<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    let parts = string(&arguments, 0)?.split_once('/');
    answer(parts.is_some_and(|(address, length)| {
        let longest = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        length.parse::<u8>().is_ok_and(|length| length <= longest)
    }))
}

/// `isQuantity(value)`: whether a text or a number is a quantity.
fn is_quantity<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    answer(quantity_of(&arguments).is_ok())
}

/// `quantity(value)`: a quantity, which compares with others by `<`, `==` and so on.
fn quantity<'b, 'v>(arguments: Arguments<'b, 'v>) -> Answer<'b, 'v> {
    Ok(CowVal::owned(Amount(quantity_of(&arguments)?)))
}

/// Manifests say `cpu: 1` as well as `cpu: "1"`.
fn quantity_of(arguments: &Arguments<'_, '_>) -> Result<Quantity, ExecutionError> {
    let value = arguments.first().map(CowVal::as_ref);
    let value = value.ok_or_else(|| ExecutionError::invalid_argument_count(1, 0))?;
    let text = if let Some(text) = value.downcast_ref::<CelString>() {
        text.inner().to_owned()
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        number.inner().to_string()
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        number.inner().to_string()
    } else {
        let got = value.get_type().name();
        return Err(ExecutionError::no_such_overload(
            "quantity",
            vec![got.to_owned()],
        ));
    };
    text.parse()
        .map_err(|error: QuantityError| ExecutionError::function_error("quantity", error))
}

static QUANTITY: Type = Type::new_unspecified_type("gitops-lab.Quantity");

/// A quantity as a CEL value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount(Quantity);

impl Val for Amount {
    fn get_type(&self) -> &Type {
        &QUANTITY
    }

    fn cel_type() -> &'static Type {
        &QUANTITY
    }

    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>() == Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Amount {}

impl Comparer for Amount {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        match other.downcast_ref::<Self>() {
            Some(other) => Ok(self.0.cmp(&other.0)),
            None => Err(ExecutionError::UnexpectedType {
                got: other.get_type().name().to_owned(),
                want: "quantity".to_owned(),
            }),
        }
    }
}

/// An argument that the overload declares to be a string.
fn string<'a>(arguments: &'a Arguments<'_, '_>, at: usize) -> Result<&'a str, ExecutionError> {
    let text = arguments.get(at).map(CowVal::as_ref);
    let text = text.and_then(<dyn Val>::downcast_ref::<CelString>);
    text.map(CelString::inner)
        .ok_or_else(|| ExecutionError::invalid_argument_count(at + 1, arguments.len()))
}

fn answer<'b, 'v>(value: bool) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(value)))
}

fn map<'b, 'v, const N: usize>(entries: [(&'static str, Box<dyn Val>); N]) -> CowVal<'b, 'v> {
    let entries = entries.into_iter();
    let entries: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = entries
        .map(|(key, value)| (CelMapKey::from(key), value as Box<dyn Val + 'v>))
        .collect();
    CowVal::owned(CelMap::from(entries))
}

/// The compiled form of a pattern.
fn compiled(pattern: &str) -> Result<Regex, ExecutionError> {
    static COMPILED: LazyLock<RwLock<HashMap<String, Regex>>> = LazyLock::new(RwLock::default);
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.clone());
    }
    drop(known);
    let regex =
        Regex::new(pattern).map_err(|error| ExecutionError::function_error("matches", error))?;
    let mut known = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}
