"""Papers (文书) as Word files: their numbers, their templates, and what stands in the templates' places."""
