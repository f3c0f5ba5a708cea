"""What is shown to somebody who asks for the footage in which they are seen."""
