"""Tools for those who work on chatbeside."""
