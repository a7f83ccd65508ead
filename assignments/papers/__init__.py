"""The papers of this app: what each says, how it is set as PDF and DOCX, and whether it still matches the rows."""
