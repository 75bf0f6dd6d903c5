"""The rights table, written out: who may do what changes only together with this file."""

import pytest

from echo_app.errors import Forbidden
from echo_app.kit.ids import new_id
from echo_app.tenancy import RIGHTS, Actor, Right, Role, check_right, system

MAY = {
    Role.OWNER: set(Right),
    Role.ADMIN: set(Right),
    Role.AGENT: {
        Right.CONVERSATIONS_READ,
        Right.CONVERSATIONS_WRITE,
        Right.KNOWLEDGE_READ,
        Right.SETTINGS_READ,
        Right.MEMBERS_READ,
    },
    Role.VIEWER: {
        Right.CONVERSATIONS_READ,
        Right.KNOWLEDGE_READ,
        Right.SETTINGS_READ,
        Right.MEMBERS_READ,
    },
}
KEY_MAY = {
    Right.CONVERSATIONS_READ,
    Right.CONVERSATIONS_WRITE,
    Right.KNOWLEDGE_READ,
    Right.KNOWLEDGE_WRITE,
}


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_what_the_table_says(role: Role, right: Right) -> None:
    member = Actor(new_id(), "user", new_id(), role)
    assert member.may(right) is (right in MAY[role])
    if right in MAY[role]:
        check_right(member, right)
    else:
        with pytest.raises(Forbidden) as refused:
            check_right(member, right)
        assert refused.value.details == {"right": right.value}


@pytest.mark.parametrize("right", Right)
def test_an_api_key_serves_conversations_and_knowledge(right: Right) -> None:
    assert Actor(new_id(), "api_key", new_id()).may(right) is (right in KEY_MAY)


@pytest.mark.parametrize("right", Right)
def test_a_contact_has_no_right_of_a_member(right: Right) -> None:
    assert not Actor(new_id(), "contact", new_id()).may(right)
    assert not Actor(new_id(), "user", new_id(), role=None).may(right)


@pytest.mark.parametrize("right", Right)
def test_echo_itself_may_do_its_work(right: Right) -> None:
    assert system(new_id()).may(right)


def test_every_right_names_its_roles() -> None:
    assert set(RIGHTS) == set(Right)
