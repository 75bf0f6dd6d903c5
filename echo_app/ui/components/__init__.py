"""The parts pages are made of. Each takes plain values or Reflex vars and looks right in light and dark.

`button` button, icon_button, link_button · `tag` tag · `avatar` avatar, initials_of · `field` field, text_area, FIELD
`feedback` empty_state, error_panel, skeleton, skeleton_rows, done, progress · `dialog` dialog, ask_once
`moment` relative_time · `copy` copy_button, code_block · `table` table, column · `icon` icon · `menu` menu, menu_item
"""
