"""Images, drawn anew: what was hidden in the file beside the picture (place, device, other data) is gone."""

import struct
from io import BytesIO

from PIL import Image, ImageOps

from chainhub.core.errors import Invalid
from chainhub.documents.attachments.rules import EDGE_MOST, PIXELS_MOST, FileKind

_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_QUALITY = 85
_BROKEN = (  # what the decoders raise for a file that is none
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    ZeroDivisionError,
    struct.error,
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_TOO_LARGE = f"的尺寸太大，超过 {PIXELS_MOST // 1_000_000} 百万像素。请把照片缩小再传。"


def redraw(content: bytes, kind: FileKind) -> bytes:
    """Return the picture alone: turned upright, its longest edge bounded, in the same format.

    Raises Invalid, in words that follow the file's name, for one that is broken or far too large.
    """
    try:
        with Image.open(BytesIO(content), formats=(_FORMATS[kind.label],)) as opened:
            if opened.width * opened.height > PIXELS_MOST:
                raise Invalid(_TOO_LARGE)
            opened.draft(None, (EDGE_MOST, EDGE_MOST))  # a large jpg is unpacked at a fraction of its size
            return _written(_upright(opened), kind)
    except _BOMBS as error:
        raise Invalid(_TOO_LARGE) from error
    except _BROKEN as error:
        raise Invalid("坏了，打不开。请重新拍一张，或者换一个文件再传。") from error


def _upright(opened: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(opened)
    has_alpha = "A" in turned.getbands() or "transparency" in turned.info
    drawn = turned.convert("RGBA" if has_alpha else "L" if turned.mode in {"L", "1"} else "RGB")
    drawn.thumbnail((EDGE_MOST, EDGE_MOST), Image.Resampling.LANCZOS)
    return drawn


def _written(drawn: Image.Image, kind: FileKind) -> bytes:
    flat = drawn.convert("RGB") if kind.label == "jpg" and drawn.mode == "RGBA" else drawn
    bare = Image.new(flat.mode, flat.size)  # takes over the pixels and nothing else
    bare.paste(flat)
    into = BytesIO()
    if kind.label == "png":
        bare.save(into, "PNG")
    else:
        bare.save(into, _FORMATS[kind.label], quality=_QUALITY)
    return into.getvalue()
