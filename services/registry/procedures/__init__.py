"""The catalogue of procedures: what may be asked, within which delay, with which documents, and who decides."""
