"""What a hall has been: figures over any days, as a page, a table or a workbook."""
