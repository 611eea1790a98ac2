class AnswerRefused(Exception):
    """The answer cannot be recorded; the message says what to do. It never names what was answered."""
