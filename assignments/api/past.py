"""REST: taking on the past and placing by workbook."""
