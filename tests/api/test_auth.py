"""Signing up, logging in and out, as a browser and as a script do it."""

import uuid
from http.cookies import SimpleCookie

import httpx
import pytest

from echo_app.kit.ids import encode
from echo_app.tenants.sign_in import ATTEMPTS_PER_ACCOUNT
from tests.api.test_public import code
from tests.people import PASSWORD, Company

JSON = {"Accept": "application/json"}


def form(**changes: str) -> dict[str, str]:
    email = f"new-{uuid.uuid4().hex[:12]}@company.example"
    return {"company": "New Ltd", "name": "Nora New", "email": email, "password": PASSWORD, **changes}


def cookie(answer: httpx.Response) -> str:
    """The session's cookie that this answer sets, with what protects it."""
    morsel = SimpleCookie(answer.headers["set-cookie"])["echo_session"]
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "lax"
    assert morsel["path"] == "/"
    return morsel.value


async def logged_in(http: httpx.AsyncClient, token: str) -> bool:
    """Whether this cookie opens anything; an id that does not exist is the nearest thing behind the login."""
    http.cookies.clear()
    answer = await http.get(f"/api/v1/documents/doc_{'0' * 32}", headers={"Cookie": f"echo_session={token}"})
    assert answer.status_code in (401, 404)
    return answer.status_code == 404


async def log_in(
    http: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: str
) -> httpx.Response:
    http.cookies.clear()
    return await http.post(
        "/auth/login", data={"email": email, "password": password, **more}, headers=JSON if not more else {}
    )


class TestSignUp:
    async def test_a_form_leads_to_the_welcome_page(self, http: httpx.AsyncClient) -> None:
        answer = await http.post("/auth/signup", data=form())
        assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")
        assert await logged_in(http, cookie(answer))

    @pytest.mark.parametrize("field", ["company", "name"])
    async def test_a_name_that_no_database_keeps_is_refused(
        self, http: httpx.AsyncClient, field: str
    ) -> None:
        answer = await http.post("/auth/signup", data=form(**{field: "New\x00Ltd"}), headers=JSON)
        assert (answer.status_code, code(answer)) == (422, "field_not_text")

    async def test_a_script_is_told_the_tenant_and_its_first_key(self, http: httpx.AsyncClient) -> None:
        answer = await http.post("/auth/signup", data=form(), headers=JSON)
        body = answer.json()
        assert answer.status_code == 201
        assert set(body) == {"tenantId", "apiKey"}
        made = await http.post(
            "/api/v1/sessions", json={"channel": "api"}, headers={"Authorization": f"Bearer {body['apiKey']}"}
        )
        assert made.json()["tenantId"] == body["tenantId"]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"email": "no address"}, "invalid_email"),
            ({"password": "short"}, "password_too_short"),
            ({"password": "x" * 201}, "password_too_long"),
            ({"company": "  "}, "missing_field"),
        ],
    )
    async def test_says_what_to_mend(
        self, http: httpx.AsyncClient, changes: dict[str, str], expected: str
    ) -> None:
        answer = await http.post("/auth/signup", data=form(**changes), headers=JSON)
        assert (answer.status_code, code(answer)) == (422, expected)
        back = await http.post("/auth/signup", data=form(**changes))
        assert back.status_code == 303
        assert back.headers["location"].startswith(f"/signup?error={expected}")
        assert "password" not in back.headers["location"].replace(f"error={expected}", "")
        assert "set-cookie" not in back.headers

    async def test_an_address_signs_up_once(self, http: httpx.AsyncClient, company: Company) -> None:
        answer = await http.post("/auth/signup", data=form(email=company.email.upper()), headers=JSON)
        assert (answer.status_code, code(answer)) == (409, "email_taken")


class TestLogIn:
    async def test_opens_a_session(self, http: httpx.AsyncClient, company: Company) -> None:
        answer = await log_in(http, company.email)
        assert answer.status_code == 200
        assert await logged_in(http, cookie(answer))

    async def test_wrong_password_and_unknown_address_are_answered_alike(
        self, http: httpx.AsyncClient, company: Company
    ) -> None:
        wrong = await log_in(http, company.email, "not the password")
        unknown = await log_in(http, "nobody@company.example", "not the password")
        assert (wrong.status_code, code(wrong)) == (401, "invalid_credentials")
        assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json())
        assert "set-cookie" not in wrong.headers

    async def test_tries_on_one_account_are_limited(self, http: httpx.AsyncClient, company: Company) -> None:
        for _ in range(ATTEMPTS_PER_ACCOUNT):
            assert code(await log_in(http, company.email, "not the password")) == "invalid_credentials"
        answer = await log_in(http, company.email)
        assert (answer.status_code, code(answer)) == (429, "too_many_attempts")

    @pytest.mark.parametrize(
        ("next_page", "expected"),
        [
            ("/knowledge", "/knowledge"),
            ("", "/inbox"),
            ("//evil.example", "/inbox"),
            ("/\\evil.example", "/inbox"),
            ("https://evil.example/", "/inbox"),
            ("javascript:alert(1)", "/inbox"),
            ("/\t/evil.example", "/inbox"),
            ("/\r\nSet-Cookie: a=b", "/inbox"),
        ],
    )
    async def test_goes_on_only_to_our_own_pages(
        self, http: httpx.AsyncClient, company: Company, next_page: str, expected: str
    ) -> None:
        answer = await log_in(http, company.email, PASSWORD, next=next_page, _="")
        assert (answer.status_code, answer.headers["location"]) == (303, expected)

    async def test_a_session_brought_along_is_replaced(
        self, http: httpx.AsyncClient, company: Company
    ) -> None:
        planted = "planted-by-somebody-else"
        http.cookies.clear()
        answer = await http.post(
            "/auth/login",
            data={"email": company.email, "password": PASSWORD},
            headers={**JSON, "Cookie": f"echo_session={planted}"},
        )
        assert cookie(answer) != planted
        assert not await logged_in(http, planted)


class TestLogOut:
    async def test_ends_the_session_in_every_tab(self, http: httpx.AsyncClient, company: Company) -> None:
        assert await logged_in(http, company.cookie)
        answer = await http.post("/auth/logout", headers={"Cookie": f"echo_session={company.cookie}"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert not await logged_in(http, company.cookie)

    async def test_leaves_other_sessions_open(self, http: httpx.AsyncClient, company: Company) -> None:
        other = cookie(await log_in(http, company.email))
        http.cookies.clear()
        await http.post("/auth/logout", headers={"Cookie": f"echo_session={company.cookie}"})
        assert await logged_in(http, other)

    async def test_without_a_session_is_no_error(self, http: httpx.AsyncClient) -> None:
        assert (await http.post("/auth/logout")).status_code == 303


class TestOrigin:
    @pytest.mark.parametrize(
        "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    async def test_another_sites_request_changes_nothing(
        self, http: httpx.AsyncClient, company: Company, headers: dict[str, str]
    ) -> None:
        own = {"Cookie": f"echo_session={company.cookie}", **JSON, **headers}
        signed_up = await http.post("/auth/signup", data=form(), headers=own)
        in_ = await http.post("/auth/login", data={"email": company.email, "password": PASSWORD}, headers=own)
        out = await http.post("/auth/logout", headers=own)
        written = await http.post("/api/v1/sessions", json={"channel": "api"}, headers=own)
        for answer in (signed_up, in_, out, written):
            assert (answer.status_code, code(answer)) == (403, "bad_origin")
            assert "set-cookie" not in answer.headers
        assert await logged_in(http, company.cookie)

    async def test_our_own_page_may(self, http: httpx.AsyncClient, company: Company, address: str) -> None:
        own = {"Cookie": f"echo_session={company.cookie}", "Origin": address}
        answer = await http.post("/api/v1/sessions", json={"channel": "api"}, headers=own)
        assert answer.json()["tenantId"] == encode("ten", company.tenant_id)
