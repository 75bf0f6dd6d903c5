from echo_app.errors import NotFound


class ContactNotFound(NotFound):
    """There is no contact with this id."""
