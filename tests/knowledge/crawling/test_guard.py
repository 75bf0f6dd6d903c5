"""Who may be spoken to: every kind of address, every way around the check."""

import asyncio
import socket
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from echo_app.kit.clock import now
from echo_app.knowledge.crawling.fetching import Fetcher
from echo_app.knowledge.crawling.guard import Guard, is_public
from echo_app.knowledge.sources.errors import AddressRefused, SiteUnreachable
from tests.peers.website import page, served

PUBLIC = "93.184.216.34"


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, one answer after the other; the last one stays."""
    known: dict[str, list[str]] = {}

    async def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        answers = known.get(host)
        if answers is None:
            raise socket.gaierror("unknown")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answer.split()]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    return known


def certified(folder: Path, name: str) -> Path:
    """A file with a key and a certificate of its own making for that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = now() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


class TestIsPublic:
    @pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::5db8:d822"])
    def test_the_internet_is(self, address: str) -> None:
        assert is_public(ip_address(address))

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:0a00:0001::1",
            "2001:0:7f00:1::1",
        ],
    )
    def test_what_lies_elsewhere_is_not(self, address: str) -> None:
        assert not is_public(ip_address(address))


class TestAddresses:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:7f00:1]",
            "0",
        ],
    )
    async def test_of_this_machine_are_refused_in_every_spelling(self, host: str) -> None:
        with pytest.raises((AddressRefused, SiteUnreachable)):
            await Guard().addresses(host, 80)

    async def test_that_are_private_are_left_out(self, names: dict[str, list[str]]) -> None:
        names["mixed.example"] = [f"10.0.0.1 {PUBLIC} ::1"]
        assert await Guard().addresses("mixed.example", 443) == [PUBLIC]

    @pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9200])
    async def test_of_ports_that_are_no_websites_are_refused(
        self, names: dict[str, list[str]], port: int
    ) -> None:
        names["company.example"] = [PUBLIC]
        with pytest.raises(AddressRefused):
            await Guard().addresses("company.example", port)

    async def test_of_hosts_that_the_operator_named_are_taken(self, names: dict[str, list[str]]) -> None:
        names["wiki.intranet"] = ["10.0.0.7"]
        assert await Guard(["wiki.intranet:8090"]).addresses("wiki.intranet", 8090) == ["10.0.0.7"]
        assert await Guard(["wiki.intranet"]).addresses("wiki.intranet", 3000) == ["10.0.0.7"]
        with pytest.raises(AddressRefused):
            await Guard(["wiki.intranet:8090"]).addresses("wiki.intranet", 80)

    async def test_that_nobody_knows_are_unreachable(self, names: dict[str, list[str]]) -> None:
        with pytest.raises(SiteUnreachable):
            await Guard().addresses("nowhere.example", 80)


class TestConnections:
    async def test_go_to_the_address_that_was_checked(
        self, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name that answers public first and private when it is asked again."""
        names["rebind.example"] = [PUBLIC, "127.0.0.1"]
        reached: list[str] = []

        class Network(httpcore2.AnyIOBackend):
            async def connect_tcp(
                self, host: str, port: int, *rest: object, **options: object
            ) -> httpcore2.AsyncNetworkStream:
                reached.append(host)
                return httpcore2.AsyncMockStream([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"])

        monkeypatch.setattr(httpcore2, "AnyIOBackend", Network)
        async with Fetcher(agent="EchoBot/1.0", waits=()) as fetcher:
            assert (await fetcher.get("http://rebind.example/")).content == b"hi"
        async with Fetcher(agent="EchoBot/1.0", waits=()) as fetcher:
            with pytest.raises(AddressRefused):
                await fetcher.get("http://rebind.example/")
        assert reached == [PUBLIC]

    async def test_keep_the_name_for_the_server(self, names: dict[str, list[str]]) -> None:
        names["help.example"] = ["127.0.0.1"]
        async with served() as site:
            site.pages = {"/": page("Help")}
            async with Fetcher(agent="EchoBot/1.0", private_hosts=["help.example"]) as fetcher:
                answer = await fetcher.get(f"http://help.example:{site.port}/")
            assert answer.status == 200
            assert site.hosts == {f"help.example:{site.port}"}

    async def test_try_the_next_address_when_one_is_dead(self, names: dict[str, list[str]]) -> None:
        names["help.example"] = ["127.0.0.2 127.0.0.1"]
        async with served() as site:
            site.pages = {"/": page("Help")}
            async with Fetcher(agent="EchoBot/1.0", private_hosts=["help.example"]) as fetcher:
                assert (await fetcher.get(f"http://help.example:{site.port}/")).status == 200

    async def test_are_encrypted_for_the_name_not_the_number(
        self, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        names["help.example"] = names["other.example"] = ["127.0.0.1"]
        certificate = certified(tmp_path, "help.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        hosts = ["help.example", "other.example"]
        async with served(certificate) as site:
            site.pages = {"/": page("Help")}
            async with Fetcher(agent="EchoBot/1.0", private_hosts=hosts, waits=()) as fetcher:
                assert (await fetcher.get(f"https://help.example:{site.port}/")).status == 200
                with pytest.raises(SiteUnreachable):
                    await fetcher.get(f"https://other.example:{site.port}/")
        assert site.hosts == {f"help.example:{site.port}"}

    async def test_to_a_unix_socket_are_refused(self) -> None:
        with pytest.raises(AddressRefused):
            await Guard().connect_unix_socket("/var/run/docker.sock")


def test_the_whole_check_is_in_one_place() -> None:
    """Nothing else of the crawler opens connections: a second client would go around the guard."""
    folder = Path(__file__).parents[3] / "echo_app" / "knowledge"
    openers = ("open_connection", "urlopen", "import httpx", "import requests", "fetch_url")
    found = [
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        if any(opener in file.read_text() for opener in openers)
    ]
    assert found == []
