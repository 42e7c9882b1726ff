"""Writes the pages that are made from the code. Run by `make docs`; a test says whether they are in step."""

from __future__ import annotations

from pathlib import Path

from generators import argo_yml, cli, json_documents, python, task, troubleshooting

DOCS = Path(__file__).parent
PAGES = {
    "reference/argo-yml.md": argo_yml.page,
    "reference/cli.md": cli.page,
    "reference/explain-json.md": json_documents.explain,
    "reference/status-json.md": json_documents.status,
    "reference/python.md": python.page,
    "reference/task.md": task.page,
    "troubleshooting.md": troubleshooting.page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
