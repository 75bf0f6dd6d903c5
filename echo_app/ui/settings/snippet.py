"""What a tenant pastes into its pages to get the widget."""


def widget_snippet(tenant_id: str, origin: str) -> str:
    """The asynchronous stub: calls are kept in `echo.q` until the script is there. `origin` serves the widget."""
    return f"""<script>
  (function (w, d, n, u, s) {{
    w.EchoWidget = n;
    w[n] = w[n] || function () {{
      (w[n].q = w[n].q || []).push(arguments);
    }};
    s = d.createElement('script');
    s.id = n; s.async = true; s.src = u;
    d.head.appendChild(s);
  }})(window, document, 'echo', '{origin}/widget.js');
  echo('init', {{
    tenantId: '{tenant_id}',
    theme: 'light'
  }});
</script>"""
