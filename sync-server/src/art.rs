//! Pictures for what has none: a calm drawing that follows from the title, so that a shelf without photographs still looks kept.

/// Grounds and shapes in warm and sea tones; light enough for paper, quiet enough for dark.
const PALETTES: &[[&str; 4]] = &[
    ["#E9DFCF", "#D3BFA0", "#B98F63", "#6B4A2B"],
    ["#DCE7E1", "#A9C9BF", "#5F9F92", "#0B4F47"],
    ["#EBDCD3", "#D9B5A2", "#C0806A", "#6E3425"],
    ["#DDE3E8", "#B4C4D1", "#7C98AE", "#2A4660"],
    ["#EFE6CB", "#E0C987", "#C79A3C", "#6A4C0E"],
    ["#E6E0E8", "#C6B8CC", "#977FA3", "#47325A"],
    ["#E3E6D5", "#C2CBA2", "#8C9B5F", "#434D1F"],
];

/// The address of a title's drawing, below the shop's own: `art/<seed>/<letters>.svg`.
pub fn path_of(title: &str) -> String {
    let hash = blake3::hash(title.as_bytes());
    let seed = hash.as_bytes().first_chunk::<4>().copied().map_or(0, u32::from_be_bytes);
    format!("art/{seed:08x}/{}.svg", letters_of(title))
}

/// The first letters of the first two words, as they can stand in an address.
fn letters_of(title: &str) -> String {
    let firsts = title.split_whitespace().filter_map(|word| word.chars().find(char::is_ascii_alphanumeric));
    let letters: String = firsts.take(2).map(|letter| letter.to_ascii_uppercase()).collect();
    if letters.is_empty() { "-".to_owned() } else { letters }
}

/// The drawing. `None`: the address is not one of ours.
pub fn draw(seed: &str, letters: &str) -> Option<String> {
    let is_ours = letters.len() <= 2 && letters.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let seed = u32::from_str_radix(seed, 16).ok().filter(|_| is_ours)?;
    let index = usize::try_from(seed).ok()? % PALETTES.len();
    let [ground, soft, middle, deep] = PALETTES.get(index)?;
    let shapes = shapes(seed >> 8, soft, middle, deep);
    let letters = if letters == "-" { "" } else { letters };
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 600\" width=\"600\" height=\"600\" preserveAspectRatio=\"xMidYMid slice\">\
         <rect width=\"600\" height=\"600\" fill=\"{ground}\"/>{shapes}\
         <text x=\"300\" y=\"330\" text-anchor=\"middle\" font-family=\"Georgia, 'Times New Roman', serif\" font-size=\"92\" \
         letter-spacing=\"2\" fill=\"{deep}\" opacity=\"0.82\">{letters}</text></svg>"
    ))
}

fn shapes(seed: u32, soft: &str, middle: &str, deep: &str) -> String {
    let shift = i64::from(seed >> 2 & 0x3f) - 32;
    match seed % 4 {
        // Sun over two hills.
        0 => format!(
            "<circle cx=\"{}\" cy=\"210\" r=\"104\" fill=\"{soft}\"/><path d=\"M0 440C140 340 260 350 380 430S560 470 600 430V600H0Z\" fill=\"{middle}\" opacity=\".55\"/>\
             <path d=\"M0 520C160 450 300 470 420 510S560 530 600 510V600H0Z\" fill=\"{deep}\" opacity=\".35\"/>",
            300 + shift * 4
        ),
        // Three arches.
        1 => format!(
            "<g fill=\"none\" stroke-width=\"46\"><path d=\"M96 600V330a204 204 0 0 1 408 0V600\" stroke=\"{soft}\"/>\
             <path d=\"M168 600V340a132 132 0 0 1 264 0V600\" stroke=\"{middle}\" opacity=\".5\"/></g><circle cx=\"{}\" cy=\"96\" r=\"34\" fill=\"{deep}\" opacity=\".35\"/>",
            300 + shift * 5
        ),
        // Overlapping stones.
        2 => format!(
            "<ellipse cx=\"{}\" cy=\"420\" rx=\"250\" ry=\"120\" fill=\"{soft}\"/><ellipse cx=\"{}\" cy=\"300\" rx=\"178\" ry=\"104\" fill=\"{middle}\" opacity=\".45\"/>\
             <ellipse cx=\"{}\" cy=\"196\" rx=\"104\" ry=\"66\" fill=\"{deep}\" opacity=\".22\"/>",
            300 + shift,
            300 - shift * 2,
            300 + shift * 2
        ),
        // A leaf on a disk.
        _ => format!(
            "<circle cx=\"300\" cy=\"300\" r=\"214\" fill=\"{soft}\"/><path d=\"M{} 500C110 380 140 190 300 100C460 190 490 380 {} 500Z\" fill=\"{middle}\" opacity=\".4\"/>\
             <path d=\"M300 120V560\" stroke=\"{deep}\" stroke-width=\"6\" opacity=\".3\"/>",
            300 - shift,
            300 - shift
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_has_a_drawing_of_its_own_address() {
        for title in ["Stoneware mug", "茶", "", "x<script>"] {
            let path = path_of(title);
            let mut parts = path.trim_start_matches("art/").trim_end_matches(".svg").split('/');
            let drawn = draw(parts.next().unwrap(), parts.next().unwrap()).unwrap();
            assert!(drawn.starts_with("<svg") && !drawn.contains("script"), "{path}");
        }
        assert_eq!(draw("00000001", "<b>"), None);
        assert_eq!(draw("zz", "AB"), None);
    }
}
