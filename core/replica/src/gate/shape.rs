//! The shape of a change chunk, read without the engine: lengths, columns, and how many values their runs stand for. A run of a few
//! bytes can stand for 2^63 operations, so they are counted before the engine walks them.

use super::Refusal;

/// The largest change.
const CHANGE_BYTES_MAX: usize = 1024 * 1024;
/// The most operations of a change: the fields of a very large product.
pub(super) const OPERATIONS_MAX: u64 = 65_536;
/// The most columns; our edits use eight.
const COLUMNS_MAX: u64 = 16;
/// The most other actors that a change names.
const ACTORS_MAX: u64 = 4_096;
/// The most changes that a change follows.
const DEPENDENCIES_MAX: u64 = 256;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of a raw change. Not: 0 document, 2 compressed change, 3 bundle.
const RAW_CHANGE: u8 = 1;

/// Bytes that are read from their front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let mut value = 0i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let width = shift + 7;
                return Some(if width < 64 && byte & 0x40 != 0 { value | (-1i64 << width) } else { value });
            }
        }
        None
    }

    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        self.take(length)
    }
}

/// Whether the bytes are one raw change chunk within bounds.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(Refusal::Chunk);
    }
    check_chunk(&mut Input(bytes)).ok_or(Refusal::Chunk)
}

fn check_chunk(input: &mut Input<'_>) -> Option<()> {
    (input.take(4)? == MAGIC).then_some(())?;
    input.take(4)?;
    (input.byte()? == RAW_CHANGE).then_some(())?;
    let mut data = Input(input.prefixed()?);
    input.0.is_empty().then_some(())?;
    let dependencies = bounded(data.unsigned()?, DEPENDENCIES_MAX)?;
    data.take(usize::try_from(dependencies).ok()?.checked_mul(32)?)?;
    (data.prefixed()?.len() == 16).then_some(())?;
    data.unsigned()?;
    data.unsigned()?;
    data.signed()?;
    data.prefixed()?;
    for _ in 0..bounded(data.unsigned()?, ACTORS_MAX)? {
        (data.prefixed()?.len() == 16).then_some(())?;
    }
    check_columns(&mut data)
}

fn check_columns(data: &mut Input<'_>) -> Option<()> {
    let mut columns = Vec::new();
    for _ in 0..bounded(data.unsigned()?, COLUMNS_MAX)? {
        columns.push((data.unsigned()?, usize::try_from(data.unsigned()?).ok()?));
    }
    for (spec, length) in columns {
        let mut column = Input(data.take(length)?);
        match Column::of(spec)? {
            Column::Numbers => count_runs(&mut column, |input| input.unsigned().map(|_| ()))?,
            Column::Differences => count_runs(&mut column, |input| input.signed().map(|_| ()))?,
            Column::Texts => count_runs(&mut column, |input| input.prefixed().map(|_| ()))?,
            Column::Flags => count_flags(&mut column)?,
            Column::Groups => count_members(&mut column)?,
            Column::Raw => {}
        }
    }
    data.0.is_empty().then_some(())
}

enum Column {
    Numbers,
    Differences,
    Texts,
    Flags,
    Groups,
    Raw,
}

impl Column {
    /// By its number: `id << 4 | deflated << 3 | type`. Those that maps, lists and texts would need are not ours.
    fn of(spec: u64) -> Option<Self> {
        match spec {
            0x15 => Some(Self::Texts),
            0x34 | 0x94 => Some(Self::Flags),
            0x42 | 0x56 | 0x71 => Some(Self::Numbers),
            0x57 => Some(Self::Raw),
            0x70 => Some(Self::Groups),
            0x73 => Some(Self::Differences),
            _ => None,
        }
    }
}

/// Runs: a positive count and one value repeated; a negative count and that many values; zero and a count of nothings.
fn count_runs(column: &mut Input<'_>, mut value: impl FnMut(&mut Input<'_>) -> Option<()>) -> Option<()> {
    let mut total = 0u64;
    while !column.0.is_empty() {
        let count = column.signed()?;
        let values = count.unsigned_abs();
        let standing_for = if count == 0 { column.unsigned()? } else { values };
        total = bounded(total.checked_add(standing_for)?, OPERATIONS_MAX)?;
        let written = if count > 0 { 1 } else { values };
        for _ in 0..written {
            value(column)?;
        }
    }
    Some(())
}

fn count_flags(column: &mut Input<'_>) -> Option<()> {
    let mut total = 0u64;
    while !column.0.is_empty() {
        total = bounded(total.checked_add(column.unsigned()?)?, OPERATIONS_MAX)?;
    }
    Some(())
}

/// How many predecessors all operations have together.
fn count_members(column: &mut Input<'_>) -> Option<()> {
    let mut total = 0u64;
    while !column.0.is_empty() {
        let count = column.signed()?;
        if count == 0 {
            return None;
        }
        let (values, times) =
            if count > 0 { (1, count.unsigned_abs()) } else { (bounded(count.unsigned_abs(), OPERATIONS_MAX)?, 1) };
        for _ in 0..values {
            let members = column.unsigned()?.checked_mul(times)?;
            total = bounded(total.checked_add(members)?, OPERATIONS_MAX)?;
        }
    }
    Some(())
}

fn bounded(count: u64, max: u64) -> Option<u64> {
    (count <= max).then_some(count)
}
