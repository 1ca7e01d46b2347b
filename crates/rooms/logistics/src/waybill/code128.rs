//! Code 128, set B: the barcode of waybills.

/// Widths of bars and spaces in turn, beginning with a bar, one digit each, by symbol number.
const WIDTHS: [&[u8]; 107] = [
    b"212222", b"222122", b"222221", b"121223", b"121322", b"131222", b"122213", b"122312", b"132212",
    b"221213", b"221312", b"231212", b"112232", b"122132", b"122231", b"113222", b"123122", b"123221",
    b"223211", b"221132", b"221231", b"213212", b"223112", b"312131", b"311222", b"321122", b"321221",
    b"312212", b"322112", b"322211", b"212123", b"212321", b"232121", b"111323", b"131123", b"131321",
    b"112313", b"132113", b"132311", b"211313", b"231113", b"231311", b"112133", b"112331", b"132131",
    b"113123", b"113321", b"133121", b"313121", b"211331", b"231131", b"213113", b"213311", b"213131",
    b"311123", b"311321", b"331121", b"312113", b"312311", b"332111", b"314111", b"221411", b"431111",
    b"111224", b"111422", b"121124", b"121421", b"141122", b"141221", b"112214", b"112412", b"122114",
    b"122411", b"142112", b"142211", b"241211", b"221114", b"413111", b"241112", b"134111", b"111242",
    b"121142", b"121241", b"114212", b"124112", b"124211", b"411212", b"421112", b"421211", b"212141",
    b"214121", b"412121", b"111143", b"111341", b"131141", b"114113", b"114311", b"411113", b"411311",
    b"113141", b"114131", b"311141", b"411131", b"211412", b"211214", b"211232", b"2331112",
];
const START_B: usize = 104;
const STOP: usize = 106;
const MODULO: usize = 103;

/// A black bar: where it begins and how wide it is, in modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) at: u32,
    pub(super) width: u32,
}

/// The bars of `text` and their total width; `None` if it holds other than printable ASCII.
pub(super) fn bars(text: &str) -> Option<(Vec<Bar>, u32)> {
    let mut bars = Vec::new();
    let mut at = 0;
    for symbol in symbols(text)? {
        for (place, width) in WIDTHS.get(symbol)?.iter().enumerate() {
            let width = u32::from(width - b'0');
            if place % 2 == 0 {
                bars.push(Bar { at, width });
            }
            at += width;
        }
    }
    Some((bars, at))
}

/// Start, text, check symbol, stop.
fn symbols(text: &str) -> Option<Vec<usize>> {
    let mut symbols = vec![START_B];
    for byte in text.bytes() {
        symbols.push(usize::from((b' '..=b'~').contains(&byte).then(|| byte - b' ')?));
    }
    let weighted = symbols.iter().enumerate().map(|(place, symbol)| place.max(1) * symbol);
    let check = weighted.sum::<usize>() % MODULO;
    symbols.extend([check, STOP]);
    Some(symbols)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn symbols_are_eleven_modules_wide_and_all_different() {
        let width = |symbol: &[u8]| symbol.iter().map(|b| usize::from(b - b'0')).sum::<usize>();
        assert!(WIDTHS[..STOP].iter().all(|symbol| width(symbol) == 11 && symbol.len() == 6));
        assert_eq!(width(WIDTHS[STOP]), 13);
        assert_eq!(WIDTHS.iter().collect::<HashSet<_>>().len(), WIDTHS.len());
        // Every symbol has an even number of black modules.
        let black = |s: &[u8]| s.iter().step_by(2).map(|b| usize::from(b - b'0')).sum::<usize>();
        assert!(WIDTHS[..STOP].iter().all(|symbol| black(symbol) % 2 == 0));
    }

    #[test]
    fn the_check_symbol_is_the_weighted_sum() {
        // "PJJ123C", the textbook example in set B.
        assert_eq!(symbols("PJJ123C").unwrap(), [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]);
    }

    #[test]
    fn a_barcode_is_as_wide_as_its_symbols() {
        let (bars, width) = bars("12345").unwrap();
        assert_eq!(width, 11 * 7 + 13);
        assert_eq!(bars[0], Bar { at: 0, width: 2 });
        assert_eq!(bars.last().map(|b| b.at + b.width), Some(width));
        assert!(super::bars("中").is_none());
    }
}
