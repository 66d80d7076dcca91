"""Articles in, passages out.

The only room that knows Chroma, the BM25 engine and the embedding model. It knows
nothing of questions' history, answers, or who is asking.
"""
