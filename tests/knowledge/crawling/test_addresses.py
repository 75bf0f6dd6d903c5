import time

import pytest

from echo_app.knowledge.crawling.addresses import Scope, canonical, is_trap, matches

PAGE = "https://company.example/help/start?x=1"


class TestCanonical:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("HTTPS://Company.EXAMPLE:443/Help#top", "https://company.example/Help"),
            ("http://company.example:80", "http://company.example/"),
            ("http://company.example:8080/", "http://company.example:8080/"),
            ("https://company.example./a", "https://company.example/a"),
            ("/a/./b/../c//d/", "https://company.example/a/c/d/"),
            ("returns", "https://company.example/help/returns"),
            ("?page=2", "https://company.example/help/start?page=2"),
            ("//cdn.example/x", "https://cdn.example/x"),
            ("/%7Euser/%c3%a4%2f", "https://company.example/~user/%C3%A4%2F"),
            ("/größe?q=süß", "https://company.example/gr%C3%B6%C3%9Fe?q=s%C3%BC%C3%9F"),
            ("/100%", "https://company.example/100%25"),
            ("https://straße.example/", "https://xn--strae-oqa.example/"),
            ("/a?utm_source=x&id=7&fbclid=y&UTM_Medium=z", "https://company.example/a?id=7"),
            ("/a?b=2&a=1", "https://company.example/a?b=2&a=1"),
            ("/a;jsessionid=1A2B?x=1", "https://company.example/a?x=1"),
            (" /a\n/b ", "https://company.example/a/b"),
            ("/../../etc/passwd", "https://company.example/etc/passwd"),
        ],
    )
    def test_folds_what_means_the_same(self, address: str, expected: str) -> None:
        found = canonical(address, PAGE)
        assert found == expected
        assert canonical(found) == found

    @pytest.mark.parametrize(
        "address",
        [
            "mailto:help@company.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "gopher://company.example/",
            "https://user:secret@company.example/",
            "https://company.example:99999/",
            "https://company.example:a/",
            "https://exa mple/",
            "https://[::1",
            "https://company.example/" + "x" * 2_000,
        ],
    )
    def test_refuses_what_is_no_page(self, address: str) -> None:
        with pytest.raises(ValueError):
            canonical(address, PAGE)

    @pytest.mark.parametrize("address", ["https://", "https:///path", "company.example", "/help", ""])
    def test_refuses_what_names_no_host(self, address: str) -> None:
        with pytest.raises(ValueError):
            canonical(address)


class TestScope:
    def test_is_one_host_with_and_without_www(self) -> None:
        scope = Scope("www.company.example")
        assert scope.has("https://company.example/a")
        assert scope.has("http://www.company.example/a")
        assert not scope.has("https://shop.company.example/a")
        assert not scope.has("https://company.example.evil.example/a")
        assert not scope.has("https://company.example:8443/a")

    @pytest.mark.parametrize(
        ("pattern", "path", "expected"),
        [
            ("/help", "/help", True),
            ("/help", "/help/a", True),
            ("/help", "/help?a=1", True),
            ("/help", "/helpdesk", False),
            ("/help/", "/help", True),
            ("/help*", "/helpdesk", True),
            ("/", "/anything", True),
            ("*.pdf", "/a/b.pdf", True),
            ("*.pdf", "/a/b.pdfx", False),
            ("/a/*/c", "/a/b/b/c", True),
            ("/a/*/c", "/a/c", False),
            ("*print=1*", "/a?print=1&b", True),
        ],
    )
    def test_filters_mean_paths(self, pattern: str, path: str, expected: bool) -> None:
        assert matches(pattern, path) is expected

    def test_a_filter_of_many_stars_costs_no_time(self) -> None:
        begun = time.perf_counter()
        assert not matches("/" + "*a" * 240 + "*b", "/" + "a" * 2_000)
        assert time.perf_counter() - begun < 0.05


class TestTraps:
    @pytest.mark.parametrize(
        "path",
        ["/a/b/a/b/a/b/a/b", "/" + "x/" * 25, "/list?" + "&".join(f"f{n}=1" for n in range(9))],
    )
    def test_are_recognised(self, path: str) -> None:
        assert is_trap("https://company.example" + path)

    @pytest.mark.parametrize("path", ["/", "/help/en/help/a", "/a/b/c/d/e/f", "/list?sort=price&page=2"])
    def test_are_not_seen_everywhere(self, path: str) -> None:
        assert not is_trap("https://company.example" + path)
