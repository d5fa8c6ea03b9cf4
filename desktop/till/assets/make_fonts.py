"""Makes the till's three font files from the packages of Inter and Lucide.

Inter: the script subsets are merged into one TrueType file per weight, and the digits are replaced by Inter's tabular ones (feature
`tnum`), because the window's text engine applies no optional features: all numbers on the till then align by themselves.
Lucide: only the icons named in ICONS are kept, at the code points of the original.

    pip install fonttools brotli
    python3 make_fonts.py FOLDER_OF_FONTSOURCE_INTER FOLDER_OF_LUCIDE_STATIC
"""
import json
import pathlib
import sys
import tempfile

from fontTools import merge, subset
from fontTools.ttLib import TTFont

SCRIPTS = ["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "vietnamese"]
WEIGHTS = {"400": "Inter-Regular.ttf", "600": "Inter-SemiBold.ttf"}
ICONS = """search scan-barcode x plus minus percent sticky-note circle-pause archive-restore receipt undo-2 banknote
credit-card coins wallet lock log-out user users settings printer cloud cloud-off check circle-check triangle-alert info
delete trash-2 arrow-left arrow-right chevron-right chevron-left chevron-down sun moon tag list calculator hand-coins vault
arrow-down-to-line arrow-up-from-line file-text store link clock package refresh-cw split keyboard circle-help
shopping-basket pencil history door-closed monitor menu circle-dot hash""".split()
HERE = pathlib.Path(__file__).parent


def tabular_digits(font):
    """Maps the digits to the glyphs that feature tnum would choose, and drops the features nobody applies."""
    gsub = font["GSUB"].table
    lookups = {i for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    swap = {}
    for index in lookups:
        for table in gsub.LookupList.Lookup[index].SubTable:
            table = getattr(table, "ExtSubTable", table)
            swap.update(table.mapping)
    for table in font["cmap"].tables:
        for code, name in list(table.cmap.items()):
            if chr(code) in "0123456789.,-+: " or code == 0xA0:
                table.cmap[code] = swap.get(name, name) if chr(code) in "0123456789" else name
    widths = {font["hmtx"][font.getBestCmap()[ord(d)]][0] for d in "0123456789"}
    assert len(widths) == 1, widths


def inter(folder, weight, out):
    with tempfile.TemporaryDirectory() as work:
        parts = []
        for script in SCRIPTS:
            source = TTFont(folder / "files" / f"inter-{script}-{weight}-normal.woff2")
            if script == "latin":
                tabular_digits(source)
            source.flavor = None
            options = subset.Options(layout_features=["kern", "mark", "mkmk", "ccmp", "locl"], hinting=False, name_IDs=["*"])
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=source.getBestCmap().keys())
            subsetter.subset(source)
            part = f"{work}/{script}.ttf"
            source.save(part)
            parts.append(part)
        merged = merge.Merger().merge(parts)
        merged.save(HERE / out)


def lucide(folder):
    points = json.loads((folder / "font" / "codepoints.json").read_text())
    font = TTFont(folder / "font" / "lucide.ttf")
    subsetter = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
    subsetter.populate(unicodes=[points[name] for name in ICONS])
    subsetter.subset(font)
    font.save(HERE / "lucide-subset.ttf")
    for name in ICONS:
        print(f"{name} {points[name]:x}")


if __name__ == "__main__":
    fontsource, lucide_static = map(pathlib.Path, sys.argv[1:3])
    for weight, out in WEIGHTS.items():
        inter(fontsource, weight, out)
    lucide(lucide_static)
