"""Addresses, such as `s3://bucket/folder`: where a password is in one, which is nobody's business."""

from __future__ import annotations

import re

# `user:password@`, with its @. People write a password as it is, with @ and / in it: so it reaches to the last @ of
# the word. What is only a number before a / is a port, and a later @ is of the path.
PASSWORD = re.compile(r"(?<=://)[^/\s:]*:(?!\d{1,5}/)\S*@")
