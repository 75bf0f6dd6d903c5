"""The parts of a build that can be tested without one; the supervisor's tests do a whole one."""

import gzip
from pathlib import Path

import pytest

from echo_app.build import BuildFailed, forget_address, tool_environment


class TestForgetAddress:
    def bundle(self, folder: Path, text: str) -> Path:
        script = folder / "assets" / "env-1a2b.js"
        script.parent.mkdir()
        script.write_text(text)
        script.with_name("env-1a2b.js.gz").write_bytes(gzip.compress(text.encode()))
        return script

    @pytest.mark.parametrize("quote", ["`", '"', "'"])
    def test_a_bundle_calls_where_it_was_loaded_from(self, tmp_path: Path, quote: str) -> None:
        before = "var e={PING:QhttpQ/pingQ,EVENT:QwsQ/_eventQ};"
        script = self.bundle(
            tmp_path,
            before.replace("QhttpQ", f"{quote}http://localhost:8000")
            .replace("QwsQ", f"{quote}ws://localhost:8000")
            .replace("Q", quote),
        )
        forget_address(tmp_path)
        assert script.read_text() == (
            "var e={PING:`${location.origin}/ping`,EVENT:`${location.origin.replace(/^http/,`ws`)}/_event`};"
        )
        assert gzip.decompress(script.with_name("env-1a2b.js.gz").read_bytes()).decode() == script.read_text()

    def test_a_form_it_does_not_know_fails_the_build(self, tmp_path: Path) -> None:
        self.bundle(tmp_path, "fetch(`http://localhost:8000/a/${b}`)")
        with pytest.raises(BuildFailed, match="in a form not known"):
            forget_address(tmp_path)

    def test_a_bundle_without_an_address_fails_the_build(self, tmp_path: Path) -> None:
        self.bundle(tmp_path, "var e={}")
        with pytest.raises(BuildFailed, match="does not name its backend"):
            forget_address(tmp_path)


class TestToolEnvironment:
    def test_finds_node_in_the_virtualenv_and_phones_nobody(self) -> None:
        environment = tool_environment()
        assert (Path(environment["PATH"].split(":")[0]) / "node").exists()
        assert environment["REFLEX_TELEMETRY_ENABLED"] == "false"
        assert environment["REFLEX_USE_NPM"] == "1"
