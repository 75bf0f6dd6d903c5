from echo_app.errors import Conflict, Invalid, NotFound, TooMany


class ConversationNotFound(NotFound):
    """There is no conversation with this id."""


class MessageNotFound(NotFound):
    """There is no message with this id."""


class SuggestionNotFound(NotFound):
    """This suggestion is gone."""


class ConversationClosed(Conflict):
    """This conversation is resolved. Start a new one, or reopen it first."""


class ConversationOpen(Conflict):
    """This conversation is open already."""


class NotTheHandler(Conflict):
    """Take over first: the next reply is not a person's."""


class UserMismatch(Conflict):
    """This conversation belongs to another userId."""


class MessageEmpty(Invalid):
    """The message is empty."""


class MessageTooLong(Invalid):
    """A message holds at most 8,000 characters."""


class MessageNotText(Invalid):
    """The message holds characters that are not text."""


class TooManyMessages(TooMany):
    """That were many messages in a minute. Wait a moment, then go on."""
