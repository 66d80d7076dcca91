"""Sentences that speak to a machine or its reader rather than of the news."""

import re

_MACHINE = r"(?:AI|LLM|language model|assistant|chatbot)"
_COMMANDS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|prompts?|rules|directions|"
    r"guidelines|everything (?:above|before))\b|\b(?:system|developer) (?:prompt|message)\b|"
    r"\b(?:tell|inform|assure) the (?:user|reader)\b|"
    rf"\b(?:note|instructions?|message|attention)\b.{{0,20}}\b{_MACHINE}s?\b|"
    rf"\b(?:as an?|you are an?|dear) {_MACHINE}\b|"
    r"\b(?:when|if) (?:you are )?asked\b.{0,60}\b(?:answer|say|reply|respond)\b|"
    r"^(?:system|assistant|user)\s*:",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")


def gives_orders(sentence: str) -> bool:
    """Whether a sentence speaks to a machine that reads it, rather than of the news."""
    return bool(_COMMANDS.search(_QUOTED.sub("", sentence)))
