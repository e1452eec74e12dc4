"""The report: a document of blocks first, then set as a workbook."""
