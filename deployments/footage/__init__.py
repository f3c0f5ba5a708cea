"""What cameras record: stored, chained, kept, seen and handed over."""
