"""Whether a filled workbook still is the template that was sent out, whatever programs and people did to it."""
