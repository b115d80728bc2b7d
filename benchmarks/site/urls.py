"""The bare view, ours and the peers'."""

from django.urls import path

from benchmarks.site import peers, views
from benchmarks.site.keys import ALGORITHMS

OURS = {
    "bare": views.Bare,
    "seen": views.Seen,
    "touching": views.Touching,
    "decorated": views.Decorated,
    "judged": views.Judged,
    "key": views.Key,
    "cached-key": views.CachedKey,
    "raw": views.Raw,
    **{f"first-{alg}": views.first_sight(alg) for alg in ALGORITHMS},
}
urlpatterns = [
    path(name, view.as_view()) for name, view in {**OURS, **peers.VIEWS}.items()
]
