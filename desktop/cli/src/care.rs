//! `digest`, `conflicts`, `verify`, `rebuild`, `backup`, `restore`.

use std::path::Path;

use serde_json::{Value, json};
use tradepost_connection::{BackupKeys, Device};
use tradepost_domain::document::Scalar;
use tradepost_domain::money::Currency;
use tradepost_operations::read::{ConflictRow, ConflictValue, PAGE_MAX};
use tradepost_operations::{field_in_words, lock, value_in_words};

use crate::answer::Answer;
use crate::args::{Backup, Conflicts, Restore};
use crate::error::CliError;
use crate::open::Open;

pub fn digest(data: &Path) -> Result<Answer, CliError> {
    let device = Device::open(data)?;
    let shared = device.replica();
    let mut replica = lock(&shared);
    let (digest, vector) = (replica.digest()?, replica.vector()?);
    let position = |(origin, position): (&tradepost_operations::Origin, &tradepost_operations::Position)| {
        (format!("{}-{}", origin.replica, origin.incarnation), json!({ "seq": position.seq, "hash": position.tip.to_string() }))
    };
    let vector: serde_json::Map<String, Value> = vector.0.iter().map(position).collect();
    let json = json!({
        "digest": digest.total.to_string(),
        "documents": digest.document_count,
        "facts": digest.fact_count,
        "vector": vector,
        "pending": replica.pending_count(),
        "forks": replica.fork_count(),
    });
    Ok(Answer::new(json, format!("{} ({} documents, {} facts)", digest.total, digest.document_count, digest.fact_count)))
}

pub fn conflicts(data: &Path, conflicts: &Conflicts) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    if let Some(settle) = &conflicts.settle {
        let [document, path, value @ ..] = settle.as_slice() else {
            return Err(CliError::Usage("write --settle DOCUMENT PATH VALUE".to_owned()));
        };
        let id = document
            .parse()
            .map_err(|_| CliError::Usage(format!("\"{document}\" is no document's id: take it from \"conflicts\"")))?;
        let value = value.first().map(|text| scalar(&open, id, path, text)).transpose()?;
        let shop = open.shop.clone();
        shop.settle_conflict(&mut open.by(), id, path, value)?;
    }
    let (rows, currency) = (open.read.conflicts(PAGE_MAX)?, open.settings()?.currency);
    open.close()?;
    let json = json!({ "conflicts": rows.iter().map(conflict_json).collect::<Vec<_>>() });
    let lines: Vec<String> = rows.iter().map(|row| conflict_text(row, currency)).collect();
    Ok(Answer::new(json, if lines.is_empty() { "No conflicts.".to_owned() } else { lines.join("\n") }))
}

/// A value as typed, of the type that the field has: an amount of 5 is the number, a title "5" the text.
fn scalar(open: &Open, document: tradepost_domain::id::DocumentId, path: &str, text: &str) -> Result<Scalar, CliError> {
    let fields = open.read.fields(document)?.map(|(_, fields)| fields);
    let stored = fields.as_ref().and_then(|fields| fields.get(path));
    let not = |what: &str| CliError::Usage(format!("\"{text}\" is not {what}, and {path} takes one"));
    Ok(match stored {
        Some(Scalar::Int(_)) => Scalar::Int(text.parse().map_err(|_| not("a whole number"))?),
        Some(Scalar::Bool(_)) => Scalar::Bool(text.parse().map_err(|_| not("true or false"))?),
        Some(Scalar::Text(_)) | None => Scalar::Text(text.to_owned()),
    })
}

fn conflict_json(row: &ConflictRow) -> Value {
    let value = |value: &ConflictValue| {
        json!({
            "value": value.value,
            "device": value.origin.replica,
            "staff": value.staff,
            "at": value.at.to_string(),
            "is_current": value.is_current,
        })
    };
    json!({
        "document": row.document,
        "kind": row.kind,
        "title": row.title,
        "path": row.path,
        "values": row.values.iter().map(value).collect::<Vec<_>>(),
    })
}

/// What is in question, in words; under it what `--settle` takes.
fn conflict_text(row: &ConflictRow, currency: Currency) -> String {
    let words = row.values.iter().map(|value| value_in_words(&row.path, value.value.as_ref(), currency));
    let stored = row.values.iter().map(|value| json!(value.value).to_string());
    let (words, stored): (Vec<_>, Vec<_>) = (words.collect(), stored.collect());
    let question = format!("{}: the {} is {}.", row.title, field_in_words(&row.path), words.join(" or "));
    format!("{question}\n  --settle {} {} {}", row.document, row.path, stored.join("|"))
}

pub fn verify(data: &Path) -> Result<Answer, CliError> {
    let device = Device::open(data)?;
    let report = lock(&device.replica()).verify(&mut |_, _| {})?;
    let json = json!({
        "ok": report.is_sound(),
        "entries": report.entries,
        "documents": report.documents,
        "facts": report.facts,
        "problems": report.problems,
        "problem_count": report.problem_count,
    });
    let counts = format!("{} entries, {} documents, {} facts", report.entries, report.documents, report.facts);
    let verdict = if report.is_sound() { "everything is sound".to_owned() } else { format!("{} problems", report.problem_count) };
    Ok(Answer {
        is_refusal: !report.is_sound(),
        messages: report.problems.clone(),
        ..Answer::new(json, format!("{counts}: {verdict}."))
    })
}

pub fn rebuild(data: &Path) -> Result<Answer, CliError> {
    let device = Device::open(data)?;
    let report = lock(&device.replica()).rebuild(&mut |_, _| {})?;
    let json = json!({ "read": report.read, "changed_tables": report.changed_tables });
    let changed = if report.changed_tables.is_empty() {
        "nothing was wrong".to_owned()
    } else {
        format!("put right: {}", report.changed_tables.join(", "))
    };
    Ok(Answer::new(json, format!("Made again from {} documents and facts; {changed}.", report.read)))
}

pub fn backup(data: &Path, backup: &Backup) -> Result<Answer, CliError> {
    let device = Device::open(data)?;
    let keys = device.backup(&backup.file, if backup.without_keys { BackupKeys::Keep } else { BackupKeys::Beside })?;
    let shown = |path: &Path| path.display().to_string();
    let json = json!({ "file": shown(&backup.file), "keys": keys.as_deref().map(shown) });
    let answer = Answer::new(json, format!("Wrote {}.", shown(&backup.file)));
    Ok(match keys {
        Some(keys) => answer.with_message(format!(
            "A restore needs both files: {} and {}, which opens it. Keep both, each in another place: whoever has both has the shop.",
            shown(&backup.file),
            shown(&keys)
        )),
        None => answer.with_message("Only this device has the keys to it: without this data folder the backup cannot be opened."),
    })
}

pub fn restore(data: &Path, restore: &Restore) -> Result<Answer, CliError> {
    let device = Device::restore(data, &restore.file, restore.keys.as_deref())?;
    let open = Open::of(device)?;
    open.take_own_till_back()?;
    let name = open.settings()?.name;
    let incarnation = lock(&open.device.replica()).origin().incarnation;
    open.close()?;
    let json = json!({ "shop": name, "incarnation": incarnation });
    Ok(Answer::new(json, format!("Restored {name}. What this device did after the backup comes back with the next sync.")))
}
