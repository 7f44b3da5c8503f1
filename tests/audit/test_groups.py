from idp.audit.groups import KINDS, WORDS, Group
from idp.audit.models import Kind


def test_each_kind_of_line_is_in_one_group_and_each_group_has_words():
    assert sorted(kind for kinds in KINDS.values() for kind in kinds) == sorted(Kind)
    assert set(KINDS) == set(WORDS) == set(Group)
    assert Kind.ADDED in KINDS[Group.ACTS]
