"""Sources as a tenant's people set them: rights, checks, audit."""

import pytest
from sqlalchemy import text

from echo_app import db
from echo_app.errors import Forbidden, Invalid
from echo_app.kit.ids import new_id
from echo_app.knowledge.sources import errors, service
from echo_app.knowledge.sources.checks import checked_website
from echo_app.knowledge.sources.schemas import Website
from echo_app.tenancy import Role
from tests.people import Company

pytestmark = pytest.mark.usefixtures("queue")
# Nobody answers there: these tests crawl nothing.
SITE = Website(start_url="https://help.invalid/")


async def audited(company: Company) -> list[str]:
    async with db.read_only(company.owner) as tx:
        rows = await tx.execute(text("SELECT action FROM audit_entries ORDER BY at, id"))
        return [action for (action,) in rows if action.startswith("source.")]


class TestCreateSource:
    async def test_makes_a_website_that_is_off_and_crawls_nothing(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            made = await service.create_source(
                tx,
                company.owner,
                kind="website",
                name="  Help  centre ",
                language="de",
                audience="contacts",
                enabled=False,
                website=Website(start_url="Help.Invalid/start#top"),
            )
        assert (made.name, made.language, made.audience, made.state) == (
            "Help centre",
            "de",
            "contacts",
            "idle",
        )
        assert made.website == Website(start_url="https://help.invalid/start")
        assert await audited(company) == ["source.create"]

    async def test_is_refused_to_who_may_only_read(self, company: Company) -> None:
        for role in (Role.AGENT, Role.VIEWER):
            member = await company.member(role)
            async with db.transaction(member) as tx:
                assert await service.list_sources(tx, member) == []
                with pytest.raises(Forbidden):
                    await service.create_source(tx, member, kind="files", name="Files")

    async def test_may_be_done_by_an_api_key(self, company: Company) -> None:
        async with db.transaction(company.api) as tx:
            made = await service.create_source(tx, company.api, kind="snippets", name="Answers")
        assert made.kind == "snippets"

    @pytest.mark.parametrize(
        ("website", "wrong"),
        [
            (Website(), errors.WebsiteAddressMissing),
            (Website(start_url="ftp://company.example/"), errors.WebsiteAddressInvalid),
            (Website(start_url="file:///etc/passwd"), errors.WebsiteAddressInvalid),
            (Website(start_url="https://user:secret@company.example/"), errors.WebsiteAddressInvalid),
            (Website(start_url="https://company.example:port/"), errors.WebsiteAddressInvalid),
            (Website(start_url="https:///help"), errors.WebsiteAddressInvalid),
            (Website(start_url="https://a.example/", include=("help",)), errors.WebsiteFilterInvalid),
            (Website(start_url="https://a.example/", exclude=("/" * 501,)), errors.WebsiteFilterInvalid),
            (Website(start_url="https://a.example/", max_pages=0), Invalid),
            (Website(start_url="https://a.example/", max_depth=99), Invalid),
            (Website(start_url="https://a.example/", every_hours=0), Invalid),
        ],
    )
    def test_refuses_what_is_no_website(self, website: Website, wrong: type[Exception]) -> None:
        with pytest.raises(wrong):
            checked_website(website)

    async def test_refuses_other_nonsense(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            for wrong, given in (
                (errors.SourceNameMissing, {"kind": "files", "name": " "}),
                (errors.SourceLanguageUnknown, {"kind": "files", "name": "A", "language": "english"}),
                (Invalid, {"kind": "files", "name": "A", "audience": "everybody"}),
                (errors.WebsiteAddressMissing, {"kind": "website", "name": "A"}),
                (errors.SourceHasNoWebsite, {"kind": "files", "name": "A", "website": SITE}),
            ):
                with pytest.raises(wrong):
                    await service.create_source(tx, company.owner, **given)


class TestUpdateSource:
    async def test_changes_only_what_is_named(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            made = await service.create_source(
                tx, company.owner, kind="website", name="Help", enabled=False, website=SITE
            )
            changed = await service.update_source(
                tx, company.owner, made.id, {"audience": "contacts", "language": "en"}
            )
            same = await service.update_source(tx, company.owner, made.id, {"name": "Help"})
        assert (changed.name, changed.audience, changed.language) == ("Help", "contacts", "en")
        assert changed.website == SITE
        assert same == changed
        assert await audited(company) == ["source.create", "source.update"]

    async def test_gives_only_a_website_a_website(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            made = await service.create_source(tx, company.owner, kind="files", name="Files")
            with pytest.raises(errors.SourceHasNoWebsite):
                await service.update_source(tx, company.owner, made.id, {"website": SITE})
            with pytest.raises(errors.SourceHasNoWebsite):
                await service.start_crawl(tx, company.owner, made.id)


class TestForeignSources:
    async def test_are_not_there(self, company: Company, other_company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            made = await service.create_source(tx, company.owner, kind="files", name="Files")
        async with db.transaction(other_company.owner) as tx:
            assert await service.list_sources(tx, other_company.owner) == []
            for source_id in (made.id, new_id()):
                with pytest.raises(errors.SourceNotFound):
                    await service.get_source(tx, other_company.owner, source_id)
                with pytest.raises(errors.SourceNotFound):
                    await service.update_source(tx, other_company.owner, source_id, {"name": "Mine"})
                with pytest.raises(errors.SourceNotFound):
                    await service.delete_source(tx, other_company.owner, source_id)


class TestDeleteSource:
    async def test_hides_it_at_once(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            made = await service.create_source(tx, company.owner, kind="files", name="Files")
            await service.delete_source(tx, company.owner, made.id)
            assert await service.list_sources(tx, company.owner) == []
        assert await audited(company) == ["source.create", "source.delete"]
