"""What a form is: its definition, how it is loaded, and where each field of it stands in a workbook."""
