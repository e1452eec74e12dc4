"""How every unit stands, as a workbook."""
