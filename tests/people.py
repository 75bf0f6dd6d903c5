"""Who acts in tests."""

from dataclasses import dataclass
from uuid import UUID

from echo_app import db
from echo_app.kit.ids import new_id
from echo_app.models import Member, User
from echo_app.tenancy import Actor, Role
from echo_app.tenants.access import hash_password

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Company:
    """A tenant of a test: its owner, an API key and the owner's session cookie."""

    owner: Actor
    api_key: str
    cookie: str
    email: str

    @property
    def tenant_id(self) -> UUID:
        return self.owner.tenant_id

    @property
    def api(self) -> Actor:
        return Actor(self.tenant_id, "api_key", None, None, "API")

    def contact(self) -> Actor:
        """A fresh, anonymous contact."""
        return Actor(self.tenant_id, "contact", new_id())

    async def member(self, role: Role, name: str = "Mira Member") -> Actor:
        """A further member in that role."""
        user = User(
            id=new_id(),
            email=f"{new_id().hex[-12:]}@company.example",
            name=name,
            password_hash=hash_password(PASSWORD),
        )
        actor = Actor(self.tenant_id, "user", user.id, role, name)
        async with db.transaction(actor) as tx:
            tx.add(user)
            await tx.flush()
            tx.add(Member(tenant_id=self.tenant_id, user_id=user.id, role=role))
        return actor
