"""Where two submissions differ, as words, JSON and a workbook."""
