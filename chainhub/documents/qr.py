"""A short text, in most cases an address, as a QR code that is drawn in a page or on paper."""

import segno

QUIET = 4  # squares of white around a code, without which a reader may miss it (ISO/IEC 18004)


def drawn(text: str) -> str:
    """Return the code as an SVG element without a size of its own: who shows it says how wide, and names it.

    A seventh of it may be damaged (level M), more where that costs no larger code. Raises ValueError for more than
    2,331 bytes.
    """
    code = segno.make_qr(text, error="m", encoding="utf-8")
    return code.svg_inline(border=QUIET, omitsize=True, light="#fff", svgclass=None, lineclass=None)
