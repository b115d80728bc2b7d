"""The bare view, ours and the peers', all behind one pattern."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.site import peers, views
from benchmarks.site.keys import ALGORITHMS

CLASSES = {
    "bare": views.Bare,
    "seen": views.Seen,
    "touching": views.Touching,
    "decorated": views.Decorated,
    "judged": views.Judged,
    "drf": views.BehindDRF,
    "rules": views.BehindRules,
    "key": views.Key,
    "cached-key": views.CachedKey,
    "raw": views.Raw,
    **{f"first-{alg}": views.first_sight(alg) for alg in ALGORITHMS},
    **{f"inside-{alg}": views.checking(alg) for alg in ALGORITHMS},
    **peers.VIEWS,
}
VIEWS = {name: view.as_view() for name, view in CLASSES.items()}


# Django tries patterns in their order: whoever stands last would pay for the others.
@csrf_exempt
def view_of(request, name):
    return VIEWS[name](request)


urlpatterns = [path("<str:name>", view_of)]
