"""Write workbooks: the template and the filled workbook as plans, and one strict writer for every plan."""
