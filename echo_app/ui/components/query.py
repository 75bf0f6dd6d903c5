"""The page's address, read in the browser, for pages that need no state."""

import reflex as rx
from reflex_base.vars import VarData

_HOOKS = {
    "const [addressQuery, setAddressQuery] = useState({});": None,
    "useEffect(() => setAddressQuery(Object.fromEntries(new URLSearchParams(window.location.search))), []);": None,
}


def query(name: str) -> rx.Var[str]:
    """A parameter of the address; empty when it is absent, and for the moment before the page has woken."""
    return rx.Var(
        f'(addressQuery["{name}"] ?? "")',
        _var_data=VarData(hooks=_HOOKS, imports={"react": ["useState", "useEffect"]}),
    ).to(str)
