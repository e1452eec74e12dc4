"""The verifying reader: a package of parts → cells with value, formula and lock → a submission.

``package`` knows zip files and XML, ``workbook`` knows SpreadsheetML, ``tokens`` the spelling of formulas.
"""
