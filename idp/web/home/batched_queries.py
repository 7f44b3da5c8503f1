"""Many small questions to the database in one query: what a page must know before it queries details.

A question is a query for one value, or SQL for one. If it finds nothing, the answer is 0 or None.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Value

Question = QuerySet[Any, Any] | str
Answers = Mapping[str, Any]


def ask(questions: Mapping[str, Question]) -> Answers:
    """Return the answers by name, with one query."""
    parts: list[str] = []
    parameters: list[Any] = []
    for question in questions.values():
        sql, more = (question, ()) if isinstance(question, str) else question.query.sql_with_params()
        parts.append(f"({sql})")
        parameters += more
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        row = cursor.fetchone()
    return dict(zip(questions, row, strict=True))


def whether(rows: QuerySet[Any]) -> Question:
    """Return the question whether there is a row: 1, or None."""
    return rows.order_by().values_list(Value(1))[:1]


def how_many(rows: QuerySet[Any]) -> Question:
    """Return the question how many rows there are."""
    return rows.order_by().values_list(Func(F("pk"), function="COUNT", output_field=IntegerField()))


def sum_of(rows: QuerySet[Any], column: str) -> Question:
    """Return the question for the sum of a column."""
    return rows.order_by().values_list(Func(F(column), function="SUM", output_field=IntegerField()))
