"""What a page shows for a cluster is what happens on one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import flights_place, raw_data_in_the_bucket
from support import new_namespace

from pages import parts, played
from sessions import Session

pytestmark = pytest.mark.cluster

PAGES = [page for page, place in played() if place == "cluster"]
NAMESPACE = "team-flights"  # that the pages name


@pytest.fixture
def session(bed, flights_image, tmp_path: Path) -> Iterator[Session]:
    """A reader of a page who has a kubeconfig, a namespace, a bucket with the raw data, and the image."""
    raw_data_in_the_bucket(bed.s3_env)
    programs = next(bed.kubeconfig.parents[1].glob("kubernetes-*/kubectl")).parent
    path = os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.environ["PATH"]])
    with new_namespace(bed.kubeconfig, name=NAMESPACE), bed.api() as api:
        folder = flights_place(flights_image.folder, tmp_path / "flights", NAMESPACE, bed.s3, api)
        env = {"KUBECONFIG": str(bed.kubeconfig), "PATH": path}
        yield Session(folder=folder, env=env, kept=frozenset({"conf/cloud/argo.yml"}))


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_for_a_cluster_is_what_happens(page: str, session: Session) -> None:
    session.play(parts(page, "cluster"))
