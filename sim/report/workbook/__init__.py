"""The workbook: `summary.xlsx`, the summary as a planner opens it in Excel.

What enters is a study; what leaves is a file with a first sheet that says what it is and a sheet
for each channel. Names are written as text and never as formulas, numbers as numbers, what is
missing as an empty cell. The same results give the same bytes.
"""

from sim.report.workbook.write import WORKBOOK, write_workbook

__all__ = ["WORKBOOK", "write_workbook"]
