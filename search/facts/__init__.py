"""What matching knows of published sheets: one small document a sheet, projected from the directory and made again at will.

shape       what a document may hold: an allow-list of public facts
projecting  from sheets, evidence and suppliers to documents      queries  reading many at once
"""
