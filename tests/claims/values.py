"""JSON values, and what makes two of them the same."""

from hypothesis import strategies as st

from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal

# Few, so that equal ones meet.
scalars = st.one_of(
    st.sampled_from(["", "1", "a", "A", "True", "é"]),
    st.sampled_from([0, 1, 1.0, -1, 2**53, float(2**53), 2**53 + 1, 0.5]),
    st.booleans(),
)
names = st.sampled_from(["a", "b", "é"])
inner = st.recursive(
    st.one_of(st.none(), scalars),
    lambda each: st.one_of(
        st.lists(each, max_size=2), st.dictionaries(names, each, max_size=2)
    ),
    max_leaves=4,
)
objects = st.dictionaries(names, inner, max_size=3)
claim_values = st.one_of(scalars, objects)

types = st.sampled_from(["sub", "roles", "role", "name", "Sub"])
claims = st.builds(
    Claim, types, claim_values, st.sampled_from(["LOCAL AUTHORITY", "i"])
)
identities = st.builds(
    ClaimsIdentity,
    st.lists(claims, max_size=4),
    st.sampled_from([None, "", "bearer", "session"]),
    st.sampled_from([None, "name", "sub"]),
    st.sampled_from([None, "", "roles", "role"]),
)
principals = st.builds(ClaimsPrincipal, st.lists(identities, max_size=3))


def json_type(value):
    """A key of the value that shares nothing with the code under test."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean {value}"
    if isinstance(value, str):
        return f"string {value}"
    if isinstance(value, dict):
        return {name: json_type(each) for name, each in value.items()}
    if isinstance(value, list):
        return [json_type(each) for each in value]
    return ("number", value)
