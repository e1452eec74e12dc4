"""The roster: who is to report, as it is read, checked and handed out empty."""
