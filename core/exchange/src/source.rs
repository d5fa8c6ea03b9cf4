//! A file's bytes in UTF-8: byte order mark taken off, UTF-16 turned, the first block kept to tell what the file is.

use std::io::{self, Cursor, Read};

use crate::error::ExchangeError;
use crate::format::{Detected, SNIFF_BYTES, detect};

/// A file whose kind is known.
pub(crate) struct Source<R> {
    input: io::Chain<Cursor<Vec<u8>>, R>,
    decoder: Option<encoding_rs::Decoder>,
    decoded: Vec<u8>,
    decoded_from: usize,
    is_finished: bool,
}

const BLOCK_BYTES: usize = 32 * 1024;

impl<R: Read> Source<R> {
    /// Reads the first block and tells what the file is.
    pub(crate) fn open(mut input: R) -> Result<(Self, Detected), ExchangeError> {
        let mut first = Vec::with_capacity(SNIFF_BYTES);
        input.by_ref().take(SNIFF_BYTES as u64).read_to_end(&mut first).map_err(ExchangeError::Read)?;
        let detected = detect(&first)?;
        let mark = if first.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let mut first = Cursor::new(first);
        first.set_position(mark);
        let decoder = detected.encoding.decoder();
        Ok((Self { input: first.chain(input), decoder, decoded: Vec::new(), decoded_from: 0, is_finished: false }, detected))
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.input.read(out) };
        while self.decoded_from == self.decoded.len() && !self.is_finished {
            let mut block = vec![0; BLOCK_BYTES];
            let read = self.input.read(&mut block)?;
            block.truncate(read);
            self.is_finished = read == 0;
            let mut text = String::with_capacity(decoder.max_utf8_buffer_length(read).unwrap_or(4 * BLOCK_BYTES));
            let (_, _, _) = decoder.decode_to_string(&block, &mut text, self.is_finished);
            (self.decoded, self.decoded_from) = (text.into_bytes(), 0);
        }
        let ready = self.decoded.get(self.decoded_from..).unwrap_or(&[]);
        let taken = (&mut &*ready).read(out)?;
        self.decoded_from += taken;
        Ok(taken)
    }
}
