"""The pure heart of chatbeside: models, rules and errors. No I/O and no imports of the project's other packages."""
