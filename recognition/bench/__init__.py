"""Speed, measured side by side with the alternatives: one small module a section."""
