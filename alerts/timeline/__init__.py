"""What a deployment was like, hour by hour, after the shift: rows and figures that outlive the
erasure of everything about a person."""
