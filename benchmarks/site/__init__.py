"""What is measured: one small view, and documents, guarded in every way."""
