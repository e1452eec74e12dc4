"""Every sentence the product itself says, by key and language; what one form says stands in the form."""

from xlreport.messages.collecting_zh import COLLECTING_WORDS
from xlreport.messages.office_zh import OFFICE_WORDS
from xlreport.messages.report_zh import REPORT_WORDS
from xlreport.messages.zh import TEXTS

LANGUAGES = {"zh": TEXTS | REPORT_WORDS | OFFICE_WORDS | COLLECTING_WORDS}


def say(key: str, language: str = "zh", /, **values: object) -> str:
    """The sentence of a key, its places filled in (``KeyError`` for a key there is not: our mistake)."""
    return LANGUAGES[language][key].format(**values)
