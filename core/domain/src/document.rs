//! Documents: what people edit, as a flat map from path to scalar.
//!
//! Every field stands at the root of its document under a path such as `variants/<id>/list_price`. There are no nested maps
//! or lists, so two replicas that create the same thing at once can never shadow each other's half of it, and every merge is
//! field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::DocumentId;

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
        Self::Shop, Self::Location, Self::Till, Self::StaffMember, Self::TaxTable, Self::ShippingTable, Self::Product,
        Self::Collection, Self::Customer, Self::ParkedBasket,
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
        let changes = self.to_fields().changes_from(&old);
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

    /// The distinct first segments below `prefix/`: the ids of a map.
    pub fn keys_below(&self, prefix: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for (rest, _) in self.below(prefix) {
            let key = rest.split('/').next().unwrap_or(rest);
            if keys.last().is_none_or(|last| last != key) {
                keys.push(key.to_owned());
            }
        }
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
    /// Whatever says yes wins and nobody is asked: tags, membership of a collection, "removed".
    YesWins,
    /// The later value stands and nobody is asked: positions, imported columns.
    LastWins,
}

/// The policy for a field.
pub fn conflict_policy(_kind: DocumentKind, path: &str) -> ConflictPolicy {
    let first = path.split('/').next().unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    match (first, last) {
        ("tags" | "products", _) | (_, "removed") => ConflictPolicy::YesWins,
        ("imported", _) | (_, "position") => ConflictPolicy::LastWins,
        _ if path.contains("/imported/") => ConflictPolicy::LastWins,
        _ => ConflictPolicy::Ask,
    }
}
