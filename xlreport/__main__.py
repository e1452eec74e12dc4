"""``python -m xlreport``."""

from xlreport.cli import main

if __name__ == "__main__":
    main()
