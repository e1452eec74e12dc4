"""Write the JSON Schema of ``form.toml``, from the models that check it: ``python -m xlreport.forms.schema``.

Editors that know TOML (VS Code with Even Better TOML, PyCharm) read it by the ``#:schema`` line of a form, and
then complete names and mark mistakes while the author types.
"""

import json
from pathlib import Path

from xlreport.forms.loading import templates_folder
from xlreport.forms.source import json_schema


def schema_path() -> Path:
    """Where the schema lies: beside the shipped forms."""
    return templates_folder() / "form.schema.json"


def schema_text() -> str:
    """The schema as it is written."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    schema_path().write_text(schema_text(), "utf-8")
