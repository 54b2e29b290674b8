# syntax=docker/dockerfile:1
# One image for every process of Relais; RELAIS_SERVICE and the command choose. Tags are pinned; add the digests that your registry shows.
FROM python:3.11.13-slim-bookworm AS build
RUN python -m venv --without-pip /opt/relais/venv
COPY deploy/compose/requirements.lock /tmp/requirements.lock
RUN python -m pip --python /opt/relais/venv install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes --requirement /tmp/requirements.lock
COPY shared /opt/relais/app/shared
COPY gateway /opt/relais/app/gateway
COPY services /opt/relais/app/services
COPY deploy/__init__.py /opt/relais/app/deploy/__init__.py
COPY deploy/keycloak /opt/relais/app/deploy/keycloak
COPY deploy/compose /opt/relais/app/deploy/compose
COPY deploy/local/__init__.py deploy/local/realm.py deploy/local/serve.py deploy/local/state.py /opt/relais/app/deploy/local/
# The root file system is read-only when it runs: what Python would compile then is compiled now.
RUN /opt/relais/venv/bin/python -m compileall -q /opt/relais/app /opt/relais/venv/lib

FROM python:3.11.13-slim-bookworm
# Nothing that installs or builds stays.
RUN python -m pip uninstall --yes --quiet pip setuptools wheel
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin relais \
    && install -d -o relais -g relais -m 0750 /var/lib/relais /var/lib/relais/files /var/lib/relais/audit-keys
COPY --from=build /opt/relais /opt/relais
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /opt/relais/app
ENTRYPOINT ["/opt/relais/venv/bin/python", "-m", "deploy.compose.run"]
CMD ["api"]
