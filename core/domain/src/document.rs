//! Documents: what people edit, as a flat map from path to scalar.
//!
//! Every field stands at the root of its document under a path such as `variants/<id>/list_price`. There are no nested maps
//! or lists, so two replicas that create the same thing at once can never shadow each other's half of it, and every merge is
//! field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::DocumentId;
use crate::money::Money;
use crate::time::BusinessDay;

/// The longest text a field may hold, in bytes: a product description fits, a file does not.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A whole number: money in minor units, thousandths, milliseconds.
    Int(i64),
    /// A text, at most [`TEXT_BYTES_MAX`] long.
    Text(String),
}

impl Scalar {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_) | Self::Int(_) => None,
        }
    }
}

/// A member of a map by id, such as one variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key: the second segment of its fields' paths.
    pub key: String,
    prefix: String,
}

impl Member {
    /// The path of one of its fields.
    pub fn path(&self, field: &str) -> String {
        format!("{}/{field}", self.prefix)
    }

    /// Its key as an id; `None` where it is none or not in its one spelling.
    pub(crate) fn id<T: FromStr + ToString>(&self) -> Option<T> {
        self.key.parse().ok().filter(|id: &T| id.to_string() == self.key)
    }
}

/// A document's fields by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(BTreeMap<String, Scalar>);

/// One field set to a value, or removed (`None`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's path.
    pub path: String,
    /// Its new value.
    pub value: Option<Scalar>,
}

/// What an operation changes in one document. Making the first change makes the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEdit {
    /// The document.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its changes; a path stands at most once.
    pub changes: Vec<FieldChange>,
}

/// What a document is. The number is stored and never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[allow(missing_docs, reason = "each is the noun of the same name")]
pub enum DocumentKind {
    Shop = 1,
    Location = 2,
    Till = 3,
    StaffMember = 4,
    TaxTable = 5,
    ShippingTable = 6,
    Product = 7,
    Collection = 8,
    Customer = 9,
    ParkedBasket = 10,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Shop,
        Self::Location,
        Self::Till,
        Self::StaffMember,
        Self::TaxTable,
        Self::ShippingTable,
        Self::Product,
        Self::Collection,
        Self::Customer,
        Self::ParkedBasket,
    ];

    /// The stored number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind with this stored number, or `None` when it comes from a newer version.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something people edit, readable from and writable to fields.
pub trait Document: Sized {
    /// What it is.
    const KIND: DocumentKind;

    /// Its maps by id, such as `variants`. A member that is taken out leaves `<map>/<id>/removed` behind, so that an edit of
    /// one of its fields made elsewhere at the same time does not bring a part of it back.
    const MEMBERS: &'static [&'static str] = &[];

    /// Its document's id.
    fn document_id(&self) -> DocumentId;

    /// Reads it. Never fails: what is missing or of a wrong type takes its default, because a peer of another version or a
    /// half-merged document must still be shown and sold.
    fn from_fields(id: DocumentId, fields: &Fields) -> Self;

    /// Writes it. `from_fields(id, &x.to_fields())` equals `x`.
    fn to_fields(&self) -> Fields;

    /// The edit that makes `before` (`None`: nothing yet) into `self`; `None` when nothing differs.
    fn edit_from(&self, before: Option<&Self>) -> Option<DocumentEdit> {
        let old = before.map(Self::to_fields).unwrap_or_default();
        let new = self.to_fields();
        let mut changes = new.changes_from(&old);
        if before.is_some() {
            changes.extend(Self::MEMBERS.iter().flat_map(|map| new.membership_changes(&old, map)));
        }
        (!changes.is_empty()).then(|| DocumentEdit { id: self.document_id(), kind: Self::KIND, changes })
    }
}

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value at `path`.
    pub fn get(&self, path: &str) -> Option<&Scalar> {
        self.0.get(path)
    }

    /// Sets the value at `path`.
    pub fn set(&mut self, path: impl Into<String>, value: Scalar) {
        self.0.insert(path.into(), value);
    }

    /// Removes the value at `path`.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Sets a text unless it is empty: an absent text and an empty one are the same.
    pub fn set_text(&mut self, path: impl Into<String>, value: &str) {
        if !value.is_empty() {
            self.set(path, Scalar::Text(value.to_owned()));
        }
    }

    /// Sets a whole number.
    pub fn set_int(&mut self, path: impl Into<String>, value: i64) {
        self.set(path, Scalar::Int(value));
    }

    /// The text at `path`, or an empty one.
    pub fn text(&self, path: &str) -> &str {
        match self.get(path) {
            Some(Scalar::Text(text)) => text,
            Some(Scalar::Bool(_) | Scalar::Int(_)) | None => "",
        }
    }

    /// The whole number at `path`.
    pub fn int(&self, path: &str) -> Option<i64> {
        match self.get(path) {
            Some(Scalar::Int(number)) => Some(*number),
            Some(Scalar::Bool(_) | Scalar::Text(_)) | None => None,
        }
    }

    /// Whether the field at `path` says yes.
    pub fn is_set(&self, path: &str) -> bool {
        matches!(self.get(path), Some(Scalar::Bool(true)))
    }

    /// All fields in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// The fields below `prefix/`, with the rest of their path, in order.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Scalar)> {
        self.0
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .filter_map(move |(path, value)| Some((path.strip_prefix(prefix)?.strip_prefix('/')?, value)))
    }

    /// The distinct first segments below `prefix/`, sorted: the ids of a map.
    pub fn keys_below(&self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for (rest, _) in self.below(prefix) {
            let key = rest.split('/').next().unwrap_or(rest);
            if keys.last().is_none_or(|last| last != key) {
                keys.push(key.to_owned());
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The changes that make `before` into `self`.
    pub fn changes_from(&self, before: &Self) -> Vec<FieldChange> {
        let set = self
            .0
            .iter()
            .filter(|(path, value)| before.0.get(*path) != Some(value))
            .map(|(path, value)| FieldChange { path: path.clone(), value: Some(value.clone()) });
        let removed = before
            .0
            .keys()
            .filter(|path| !self.0.contains_key(*path))
            .map(|path| FieldChange { path: path.clone(), value: None });
        set.chain(removed).collect()
    }

    /// The marks of members of `map` that left it or came to it since `before`.
    fn membership_changes(&self, before: &Self, map: &str) -> Vec<FieldChange> {
        let (new, old) = (self.keys_below(map), before.keys_below(map));
        let mark = |key: &String, is_removed: bool| FieldChange {
            path: format!("{map}/{key}/removed"),
            value: Some(Scalar::Bool(is_removed)),
        };
        let left = old.iter().filter(|key| new.binary_search(key).is_err()).map(|key| mark(key, true));
        let came = new.iter().filter(|key| old.binary_search(key).is_err()).map(|key| mark(key, false));
        left.chain(came).collect()
    }

    /// The members of a map by id that are not removed, by their position, then their key.
    pub fn members(&self, map: &str) -> Vec<Member> {
        let members = self.keys_below(map).into_iter().map(|key| Member { prefix: format!("{map}/{key}"), key });
        let present = members.filter(|member| !self.is_set(&member.path("removed")));
        let mut present: Vec<(i64, Member)> =
            present.map(|member| (self.int(&member.path("position")).unwrap_or(i64::MAX), member)).collect();
        present.sort_by(|(a, x), (b, y)| (a, &x.key).cmp(&(b, &y.key)));
        present.into_iter().map(|(_, member)| member).collect()
    }

    /// Sets a member's position.
    pub(crate) fn set_position(&mut self, path: impl Into<String>, position: usize) {
        self.set_int(path, i64::try_from(position).unwrap_or(i64::MAX));
    }

    /// Sets yes, or nothing for no: an absent field and a no are the same.
    pub(crate) fn set_flag(&mut self, path: impl Into<String>, value: bool) {
        if value {
            self.set(path, Scalar::Bool(true));
        }
    }

    /// The keys of `<path>/<key>` that say yes.
    pub(crate) fn set_of(&self, path: &str) -> BTreeSet<String> {
        self.below(path).filter(|(_, value)| **value == Scalar::Bool(true)).map(|(key, _)| key.to_owned()).collect()
    }

    /// Sets an id unless there is none.
    pub(crate) fn set_id(&mut self, path: impl Into<String>, id: Option<impl ToString>) {
        if let Some(id) = id {
            self.set(path, Scalar::Text(id.to_string()));
        }
    }

    /// The id at `path`; `None` where there is none or it is not an id.
    pub(crate) fn id<T: FromStr>(&self, path: &str) -> Option<T> {
        self.text(path).parse().ok()
    }

    /// Sets a day unless there is none.
    pub(crate) fn set_day(&mut self, path: impl Into<String>, day: Option<BusinessDay>) {
        if let Some(day) = day {
            self.set_int(path, i64::from(day.unix_day));
        }
    }

    /// The day at `path`.
    pub(crate) fn day(&self, path: &str) -> Option<BusinessDay> {
        self.int(path).and_then(|day| i32::try_from(day).ok()).map(|unix_day| BusinessDay { unix_day })
    }

    /// Sets an amount: the minor units at `path`, the currency at `<path>_currency`.
    pub(crate) fn set_money(&mut self, path: &str, amount: Option<Money>) {
        if let Some(Money { minor, currency }) = amount {
            self.set_int(path, minor);
            self.set(format!("{path}_currency"), Scalar::Text(currency.code().to_owned()));
        }
    }

    /// The amount at `path`; `None` where its currency is missing or not known here.
    pub(crate) fn money(&self, path: &str) -> Option<Money> {
        let currency = self.text(&format!("{path}_currency")).parse().ok()?;
        Some(Money { minor: self.int(path)?, currency })
    }

    /// Sets a list as `<path>/<n>`.
    pub(crate) fn set_list(&mut self, path: &str, items: &[String]) {
        for (n, item) in items.iter().enumerate() {
            self.set(format!("{path}/{n}"), Scalar::Text(item.clone()));
        }
    }

    /// The list at `<path>/<n>` in the order of its numbers; gaps close.
    pub(crate) fn list(&self, path: &str) -> Vec<String> {
        let mut items: Vec<(u64, String)> =
            self.below(path).filter_map(|(n, value)| Some((n.parse().ok()?, value.as_text()?.to_owned()))).collect();
        items.sort();
        items.into_iter().map(|(_, item)| item).collect()
    }

    /// Sets the texts of a map as `<path>/<key>`; keys may contain anything.
    pub(crate) fn set_texts(&mut self, path: &str, texts: &BTreeMap<String, String>) {
        for (key, text) in texts {
            self.set(format!("{path}/{key}"), Scalar::Text(text.clone()));
        }
    }

    /// The texts at `<path>/<key>`.
    pub(crate) fn texts(&self, path: &str) -> BTreeMap<String, String> {
        self.below(path).filter_map(|(key, value)| Some((key.to_owned(), value.as_text()?.to_owned()))).collect()
    }

    /// Makes `changes`.
    pub fn apply(&mut self, changes: &[FieldChange]) {
        for change in changes {
            match &change.value {
                Some(value) => self.set(change.path.clone(), value.clone()),
                None => self.remove(&change.path),
            }
        }
    }
}

impl FromIterator<(String, Scalar)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Scalar)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// What happens when two people set one field at the same time. The document keeps every value in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictPolicy {
    /// One value stands for now and a person is shown all of them: names, texts, prices, addresses.
    Ask,
    /// Whatever says yes wins and nobody is asked: tags, membership of a collection, "removed", "taken".
    YesWins,
    /// The later value stands and nobody is asked: positions, imported columns, and what no person can read.
    LastWins,
}

/// The policy for a field.
pub fn conflict_policy(_kind: DocumentKind, path: &str) -> ConflictPolicy {
    let first = path.split('/').next().unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    match (first, last) {
        ("tags" | "products" | "taken", _) | (_, "removed") => ConflictPolicy::YesWins,
        ("imported" | "pin_hash", _) | (_, "position") => ConflictPolicy::LastWins,
        _ if path.contains("/imported/") => ConflictPolicy::LastWins,
        _ => ConflictPolicy::Ask,
    }
}
