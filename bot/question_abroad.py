"""What questions in other languages than English ask for, and what answers them."""

import re

ASKS = {
    "money": r"\bwie ?viel\b.*\bkost|\bwas (?:hat .*ge)?kostet|\bcombien .*\bco[uû]t|\bquel .*\bprix|"
    r"\bcu[aá]nto (?:cuesta|cost)|\bprecio\b|\bquanto (?:costa|custa)|\bpreis\b|\bkosten\b|"
    r"多少钱|价格|票价|價格|いくら|価格|料金|얼마|가격|요금",
    "number": r"\bwie ?viele?\b|\bwie (?:alt|lange?|hoch|groß|weit|oft)\b|\bcombien\b|\bquel âge\b|"
    r"\bcu[aá]nt[oa]s?\b|\bquant[ieoa]s?\b|\bhoeveel\b|\bhvor (?:mange|meget)\b|\bhur (?:många|mycket)"
    r"|\bile\b|сколько|多少|几|幾|何人|いくつ|どのくらい|몇",
    "date": r"\b(?:seit |bis )?wann\b|\bquand\b|\bcu[aá]ndo\b|\bquando\b|\bwanneer\b|\bhvornår\b|"
    r"\bkiedy\b|когда|何时|什么时候|哪天|哪年|いつ|何日|언제",
    "reason": r"\bwarum\b|\bwieso\b|\bweshalb\b|\bpourquoi\b|\bpor ?qu[eéê]\b|\bperch[eéè]\b|"
    r"\bwaarom\b|\bhvorfor\b|\bvarför\b|\bdlaczego\b|почему|为什么|為什麼|为何|原因|なぜ|どうして|왜",
    "name": r"\bwer\b|\bwe[mn]\b|\bwo\b|\bwohin\b|\bwelche[rsmn]?\b|\bqui\b|\boù\b|\bquel(?:le)?s?\b|"
    r"\bqui[eé]n(?:es)?\b|\bd[oó]nde\b|\bchi\b|\bdove\b|\bquem\b|\bonde\b|\bwie\b|\bhvem\b|\bvem\b|"
    r"\bkto\b|\bgdzie\b|кто|где|谁|誰|哪里|哪裡|哪儿|哪个|だれ|どこ|누구|어디",
}
"""Signs of a question, by the kind of its answer."""

_HAN_NUMBER = "[0-9０-９一二三四五六七八九十百千万亿億两兆]"
_COIN = (
    r"kronen|kroner|kronor|euros?|franken|dollars?|couronnes|coronas|corone|pesos|złot\w+|рубл\w+"
)
_DAYS = (
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|"
    r"dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|"
    r"giovedì|venerdì"
)
_MONTHS = (
    r"januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|"
    r"août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    r"septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|"
    r"settembre|ottobre|dicembre|september|november|april|august"
)
ANSWERS = {
    "money": rf"\d[\d.,\s]*\s?(?:{_COIN})\b|\b\w+ (?:{_COIN})\b|\d\s?[€£]|\bmill?ion[ei]n?s?\b|"
    rf"{_HAN_NUMBER}+(?:元|円|圆|块|美元|英镑)|[\d억만천백]+\s?원",
    "number": rf"\d[\d.,]*|\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|\w+tausend|\w+hundert|"
    r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|\w*mille|dos|tres|cuatro|cinco|seis|siete|ocho|"
    rf"nueve|diez|mil|due|tre|quattro)\b|{_HAN_NUMBER}+[^\W\d_]",
    "date": rf"\b(?:{_DAYS})\b|\b(?:{_MONTHS})\b|\b(?:1[89]|20)\d\d\b|星期|礼拜|周[一二三四五六日]|"
    rf"{_HAN_NUMBER}+[年月日号]|曜日|요일|\d+[년월일]|昨天|今天|明天|昨日|今日|明日|어제|오늘|내일",
    "reason": r"\b(?:weil|denn|wegen|aufgrund|grund|da|damit|parce|car|cause|raison|afin|porque|debido|"
    r"motivo|causa|perché|poiché|omdat|wegens|fordi|därför|orsak\w*|årsag\w*|ponieważ|powod\w*)\b|"
    r"из-за|потому|причин|因为|因為|由于|由於|原因|为了|ため|理由|なので|때문|이유|원인",
}
"""Signs of an answer, by its kind."""

ASKS_RE = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in ASKS.items()}
ANSWERS_RE = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in ANSWERS.items()}
