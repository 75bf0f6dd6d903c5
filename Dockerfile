# One image for both processes: `web` (the default) and `worker`; also `migrate`, which runs before them.
# Postgres with pgvector lies outside: ECHO_DATABASE_URL. See ops/runbook.md.
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN ops/image/build.sh /echo

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --user-group --create-home --home-dir /data echo
COPY --from=build /echo /echo
WORKDIR /echo
ENV PATH=/echo/.venv/bin:$PATH \
    ECHO_HOST=0.0.0.0 \
    ECHO_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
USER echo
ENTRYPOINT ["echo-app"]
CMD ["web"]
