"""The inbox: folders, the conversations in one, the open thread, and what is known about it.

`place.py` what an address means · `rows.py` and `timeline.py` what the services answer, as it is shown · `prose.py`
Markdown-light as blocks · `partial.py` a reply while it is written · `bursts.py` news in handfuls · `state.py` the
list · `thread_state.py` the open conversation · `deeds.py` what an agent does to it · `why_state.py` traces and
passages · `views.py` `thread_views.py` `composer.py` `details.py` `why.py` how all of it looks · `browser.jsx` what
must not wait for the server (scrolling, drafts, keys).
"""
