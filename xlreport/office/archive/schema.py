"""The tables of the archive, version by version; ``docs/archive.md`` says what they hold.

An archive is made by walking through every version, and an older one is brought up by the steps it lacks. A step
that was released never changes.
"""

APPLICATION = 0x786C7274
"""What says that a database is one of ours: ``xlrt`` in its header."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE content (
            digest TEXT NOT NULL PRIMARY KEY, program TEXT NOT NULL, edition TEXT NOT NULL, read_at TEXT NOT NULL,
            form TEXT NOT NULL, version TEXT NOT NULL, unit_name TEXT NOT NULL, unit_code TEXT NOT NULL,
            unit_level TEXT NOT NULL, year INTEGER NOT NULL, round INTEGER NOT NULL, saved TEXT NOT NULL,
            filling TEXT NOT NULL, verdict TEXT NOT NULL, errors INTEGER NOT NULL, queries INTEGER NOT NULL,
            notices INTEGER NOT NULL, blanks INTEGER NOT NULL, trouble_code TEXT, trouble TEXT, facts TEXT
        ) WITHOUT ROWID""",
        """CREATE TABLE value (
            digest TEXT NOT NULL REFERENCES content, role TEXT NOT NULL, field TEXT NOT NULL, kind TEXT NOT NULL,
            value TEXT, PRIMARY KEY (digest, role, field)
        ) WITHOUT ROWID""",
        """CREATE TABLE paragraph (
            digest TEXT NOT NULL REFERENCES content, field TEXT NOT NULL, number INTEGER NOT NULL, text TEXT,
            PRIMARY KEY (digest, field, number)
        ) WITHOUT ROWID""",
        """CREATE TABLE explanation (
            digest TEXT NOT NULL REFERENCES content, judgement TEXT NOT NULL, text TEXT NOT NULL,
            left_side TEXT, right_side TEXT, PRIMARY KEY (digest, judgement)
        ) WITHOUT ROWID""",
        """CREATE TABLE finding (
            digest TEXT NOT NULL REFERENCES content, number INTEGER NOT NULL, code TEXT NOT NULL, judgement TEXT,
            severity TEXT NOT NULL, message TEXT NOT NULL, cells TEXT NOT NULL, fields TEXT NOT NULL,
            left_side TEXT, right_side TEXT, difference TEXT, explanation TEXT, state TEXT, at_reading INTEGER,
            PRIMARY KEY (digest, number)
        ) WITHOUT ROWID""",
        """CREATE TABLE place (
            name TEXT NOT NULL, digest TEXT NOT NULL REFERENCES content, modified TEXT NOT NULL,
            PRIMARY KEY (name, digest, modified)
        ) WITHOUT ROWID""",
        """CREATE TABLE unit (
            form TEXT NOT NULL, year INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, level TEXT NOT NULL,
            standing TEXT NOT NULL, digest TEXT REFERENCES content, PRIMARY KEY (form, year, code)
        ) WITHOUT ROWID""",
        """CREATE TABLE run (
            form TEXT NOT NULL, year INTEGER NOT NULL, at TEXT NOT NULL, program TEXT NOT NULL,
            PRIMARY KEY (form, year)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE mark (
            form TEXT NOT NULL, year INTEGER NOT NULL, code TEXT NOT NULL, judgement TEXT NOT NULL,
            left_side TEXT, right_side TEXT, explanation TEXT NOT NULL, decision TEXT NOT NULL, note TEXT NOT NULL,
            at TEXT NOT NULL, PRIMARY KEY (form, year, code, judgement)
        ) WITHOUT ROWID""",
        """CREATE TABLE output (
            name TEXT NOT NULL PRIMARY KEY, made_from TEXT NOT NULL, written_as TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
)
"""The statements of each version."""

VERSION = len(STEPS)
"""The version this program writes, kept in ``PRAGMA user_version``."""
