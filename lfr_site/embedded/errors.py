"""What can go wrong with the embedded servers, as sentences for the person who started them."""


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run; the message says what to do about it."""
