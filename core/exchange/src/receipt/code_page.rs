//! Code pages of receipt printers: which byte prints which letter.
//!
//! The Windows and ISO pages are those of the WHATWG Encoding Standard; the DOS pages, which it does not have, stand here by their upper half.

use encoding_rs::Encoding;

/// A code page, by its usual name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the page of the same number")]
pub enum CodePage {
    Cp437,
    Cp850,
    Cp852,
    Cp858,
    Cp866,
    Latin9,
    Windows1250,
    Windows1251,
    Windows1252,
    Windows1253,
    Windows1254,
    Windows1257,
}

const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const CP852: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";
const CP858: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl CodePage {
    /// The byte that prints `letter` in this page.
    pub fn byte(self, letter: char) -> Option<u8> {
        if letter.is_ascii() {
            return u8::try_from(letter).ok();
        }
        match self {
            Self::Cp437 => upper_half(CP437, letter),
            Self::Cp850 => upper_half(CP850, letter),
            Self::Cp852 => upper_half(CP852, letter),
            Self::Cp858 => upper_half(CP858, letter),
            Self::Cp866 => one_byte(encoding_rs::IBM866, letter),
            Self::Latin9 => one_byte(encoding_rs::ISO_8859_15, letter),
            Self::Windows1250 => one_byte(encoding_rs::WINDOWS_1250, letter),
            Self::Windows1251 => one_byte(encoding_rs::WINDOWS_1251, letter),
            Self::Windows1252 => one_byte(encoding_rs::WINDOWS_1252, letter),
            Self::Windows1253 => one_byte(encoding_rs::WINDOWS_1253, letter),
            Self::Windows1254 => one_byte(encoding_rs::WINDOWS_1254, letter),
            Self::Windows1257 => one_byte(encoding_rs::WINDOWS_1257, letter),
        }
    }
}

fn upper_half(page: &str, letter: char) -> Option<u8> {
    let place = page.chars().position(|other| other == letter)?;
    u8::try_from(place + 128).ok()
}

fn one_byte(page: &'static Encoding, letter: char) -> Option<u8> {
    let mut text = [0; 4];
    let (bytes, _, has_unmappable) = page.encode(letter.encode_utf8(&mut text));
    match *bytes {
        // 0x80 to 0x9F stand for control characters where the Windows page has no letter.
        [byte] if !has_unmappable && !letter.is_control() => Some(byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_euro_sign_has_its_byte_in_each_page_that_holds_it() {
        let table = [
            (CodePage::Cp437, None),
            (CodePage::Cp850, None),
            (CodePage::Cp852, None),
            (CodePage::Cp858, Some(0xD5)),
            (CodePage::Latin9, Some(0xA4)),
            (CodePage::Windows1252, Some(0x80)),
            (CodePage::Windows1251, Some(0x88)),
        ];
        for (page, byte) in table {
            assert_eq!(page.byte('\u{20ac}'), byte, "{page:?}");
        }
    }

    #[test]
    fn dos_pages_have_128_letters_each() {
        for page in [CP437, CP850, CP852, CP858] {
            assert_eq!(page.chars().count(), 128);
        }
        assert_eq!(CodePage::Cp437.byte('ß'), Some(0xE1));
        assert_eq!(CodePage::Cp852.byte('ł'), Some(0x88));
    }
}
