"""Times as an office says them: China's, to the second, in words that sort."""

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_WORDS = "%Y-%m-%d %H:%M:%S"


def in_words(time: datetime) -> str:
    """A time as an office says it; it is in China's zone already."""
    return time.strftime(_WORDS)


def from_words(words: str) -> datetime:
    """The time that ``in_words`` made these of.

    Raises:
        ValueError: they are none of such.
    """
    return datetime.strptime(words, _WORDS).replace(tzinfo=CHINA)
