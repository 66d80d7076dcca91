"""Small talk: greetings, thanks, "who are you?", sums and orders, replied to without a search.

The phrases and the replies are in `languages/`, a file for each language.
"""

import ast
import re
from collections.abc import Sequence
from fractions import Fraction
from operator import add, mul, neg, sub, truediv
from typing import Any, NamedTuple

from bot.answer import Turn
from bot.conversation.phrases import fold, phrases
from bot.conversation.request import Request, request_of

LONGEST = 80
LARGEST_POWER = 100
DIGITS = 12
"""Digits of a number in a sum, and of the fraction of what it comes to."""

_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", ":": "/", "^": "p"})
_SUM = re.compile(r"[\d.\s()+*/p-]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CLEAR = re.compile(r"[+*p]|\s[-/]\s")
"""What 9/11 and 2022-2023 do not have."""
_OPERATIONS: dict[type[ast.AST], Any] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv, ast.USub: neg, ast.UAdd: abs,
}  # fmt: skip


def small_talk(request: Request) -> str | None:
    """The reply to a message that asks nothing of the articles; None where it asks something."""
    if request.talk:
        table = phrases().tables[request.talk.language]
        return str(table["talk"][request.talk.kind]["reply"])
    if found := sum_in(request.text):
        replies = phrases().tables[found.language]["sum"]
        reply = replies["no_value" if found.value is None else "reply"]
        return str(reply.format(sum=found.text, value=found.value))
    return None


def without_small_talk(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a question may lean on: no small talk, and questions without politeness."""
    kept: list[Turn] = []
    skips = False
    for turn in history:
        if turn.role != "user":
            kept += [] if skips else [turn]
            continue
        request = request_of(turn.content)
        skips = small_talk(request) is not None
        kept += [] if skips else [Turn(turn.role, request.text)]
    return kept


class Sum(NamedTuple):
    """A sum as it was typed, the language around it, and its value, if it has one."""

    text: str
    language: str
    value: str | None


def sum_in(question: str) -> Sum | None:
    """The sum that a question consists of, if it is one."""
    if len(question) > LONGEST or not re.search(r"\d", question):
        return None
    text = re.sub(
        r"(?<=\d)\s*x\s*(?=\d)", " * ", fold(question).replace("'", "").replace("’", "")
    ).strip(" ¿")
    for language, table in phrases().tables.items():
        before = re.match(rf"{table['sum']['before']}\b", text)
        typed = text[before.end() if before else 0 :].strip(" ?!¿")
        outright = typed.endswith("=") or re.match(table["sum"]["asks_outright"], text)
        written = typed.strip(" =")
        signs = _signs(written, language)
        is_sum = _SUM.fullmatch(signs) and len(_NUMBER.findall(signs)) > 1
        if is_sum and (outright or _CLEAR.search(signs)):
            return Sum(written, language, _value(signs))
    return None


def _signs(text: str, language: str) -> str:
    for word, sign in phrases().tables[language]["sum"]["operators"].items():
        text = re.sub(rf"\b{fold(word)}\b", sign, text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).replace(",", ".").replace("**", "p")
    return text.translate(_SIGNS)


def _value(signs: str) -> str | None:
    try:
        value = _worked_out(ast.parse(signs.strip().replace("p", "**"), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, TypeError, RecursionError):
        return None
    if value.denominator == 1:
        return f"{value.numerator:,}"
    return f"{round(float(value), 6):g}" if abs(value) < 10**6 else f"{float(value):,.2f}"


def _worked_out(node: ast.AST) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number) if len(str(number)) <= DIGITS:
            return Fraction(str(number))
        case ast.UnaryOp(op=op, operand=operand):
            return Fraction(_OPERATIONS[type(op)](_worked_out(operand)))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_worked_out(left), _worked_out(right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return Fraction(_OPERATIONS[type(op)](_worked_out(left), _worked_out(right)))
    raise ValueError("not a sum")


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > LARGEST_POWER or abs(base) > 10**DIGITS:
        raise ValueError("too large")
    return Fraction(base**exponent.numerator)
