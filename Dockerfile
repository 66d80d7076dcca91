# Dateline's Discord bot as a container; docs/discord.md says how to run it.
FROM python:3.12-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
# What changes seldom comes first, so that it need not be installed again.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --extra postgres --no-install-project
COPY README.md LICENSE ./
COPY dateline dateline
COPY bot bot
COPY index index
COPY prompts prompts
COPY seeds seeds
COPY evals evals
RUN uv sync --locked --no-dev --extra postgres --no-editable

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home dateline && install -d -o dateline -m 700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH DATELINE_STORE=/data DATELINE_METRICS_PORT=9464
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --start-period=30s CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/healthz', timeout=5)"]
ENTRYPOINT ["dateline"]
CMD ["discord"]
