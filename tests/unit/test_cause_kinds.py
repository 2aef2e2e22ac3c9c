"""A rule is asked only where findings of its kinds are there (`of`), so what it explains must be of these kinds."""

from __future__ import annotations

from doisoat.explain.causes import load_causes, load_examples


def test_what_the_examples_explain_is_of_the_kinds_that_the_policy_names() -> None:
    of = {cause.id: cause.of for cause in load_causes()}
    told = [tuple(part.strip() for part in line.split("|")) for example in load_examples() for line in example.expect]
    assert len(told) > 50
    # `moved` is what another finding of the same dossier makes of the bridge: it takes that one's cause (explain/moved.sql)
    strange = {(kind, cause) for _, kind, cause in told if kind != "moved" and not {kind, "any"} & set(of[cause])}
    assert strange == set()


def test_a_rule_is_asked_where_one_of_its_kinds_is_there() -> None:
    causes = {cause.id: cause for cause in load_causes()}
    assert causes["progress_lost"].concerns({"finish_date", "agency"})
    assert not causes["progress_lost"].concerns({"agency"})
    assert causes["within_allowed_lag"].concerns({"agency"})
