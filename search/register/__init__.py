"""The sourcing register: what a town asked of the directory, what it was answered, and what it kept, as evidence (R2111-1).

models      one frozen record: inserted once, never changed, by anybody
content     what a record says, as one canonical JSON text, and its hash
freezing    a town freezes an answer that was logged, or the sheets that it keeps of one, with its reasons
searching   a search is asked again and logged at the instant of its freezing: its page only reads
replaying   the same question asked today, beside what was answered: what is the same, what moved and why
exporting   the record as a PDF, a workbook, and the very bytes that its hash covers
law         what the code says of it, dated
"""
