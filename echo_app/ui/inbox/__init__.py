"""The inbox: folders, the conversations in one, the open thread, and what is known about it.

What is shown: `place.py` what an address means · `rows.py` the list's rows · `timeline.py` the thread's, `prose.py`
their Markdown, `partial.py` a reply while it is written · `facts.py` the details · `listing.py` and `thread.py` read
it all.

What changes: `state.py` the list · `thread_state.py` the open conversation · `deeds.py` what an agent does to it ·
`why_state.py` traces and passages.

How it looks: `page.py` `views.py` `thread_views.py` `messages.py` `composer.py` `details.py` `why.py`; and what must
not wait for the server (scrolling, drafts, what is on its way): `browser.jsx` with `outbox.js`.
"""
