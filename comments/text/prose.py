"""Text that has no mark of Markdown in it, which is most of what is written: it needs no parser. Pure.

What is made of it is what the parser makes, to the letter; `tests/text/test_prose.py` holds the two together.
"""

import re

# Words with blanks between them, on lines that begin with nothing that could begin a list, a heading, a rule
# or a quotation, and neither begin nor end with blanks. Whatever else could mean something is for the parser.
_WORD = r"[^\s\\`*_~\[\]<>&@]"
_LINE = rf"(?![-+=#0-9]){_WORD}++(?: ++{_WORD}++)*+"
_PROSE = re.compile(rf"\n*+{_LINE}(?:\n++{_LINE})*+\n*+")
_ADDRESS = "://"
_BETWEEN_PARAGRAPHS = re.compile(r"\n\n+")


def prose_to_html(source: str) -> str | None:
    """Return what the parser makes of prose, None for everything else."""
    if _ADDRESS in source or _PROSE.fullmatch(source) is None:
        return None
    text = source.strip("\n").replace('"', "&quot;")
    broken = _BETWEEN_PARAGRAPHS.sub("</p>\r<p>", text).replace("\n", "<br>\n").replace("\r", "\n")
    return f"<p>{broken}</p>\n"
