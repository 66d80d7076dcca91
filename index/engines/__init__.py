"""The two search engines on disk: BM25 on tantivy, and vectors on Chroma."""
