"""Types: JSON Schemas and connector manifests turned into the types of the language."""
