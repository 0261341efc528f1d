"""Files that belong to something: what they are is decided by their content, and they are kept outside the web root."""
