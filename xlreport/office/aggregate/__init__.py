"""The sum of many submissions, and its workbook."""
