"""JSON files, here or in a bucket."""

import json

import fsspec
from kedro.io import AbstractDataset


class JSONDataset(AbstractDataset):
    def __init__(self, filepath, credentials=None, metadata=None):
        self._filepath = filepath
        self._options = credentials or {}

    def load(self):
        with fsspec.open(self._filepath, "r", **self._options) as file:
            return json.load(file)

    def save(self, data):
        with fsspec.open(self._filepath, "w", auto_mkdir=True, **self._options) as file:
            json.dump(data, file)

    def _exists(self):
        filesystem, path = fsspec.url_to_fs(self._filepath, **self._options)
        return filesystem.exists(path)

    def _describe(self):
        return {"filepath": self._filepath}
