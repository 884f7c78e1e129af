# syntax of any OCI builder; needs nothing but the base image and the package registries.
#   docker build -t hallsys .        podman build -t hallsys .        buildah bud -t hallsys .
#   docker run -p 8080:8080 -v hallsys:/data hallsys
ARG BASE=docker.io/library/debian:trixie-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
# Locked wheels only: what would have to be compiled is refused, so no compiler is missing.
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
        -r requirements-build.lock \
    && python3 -m venv /opt/hallsys \
    && /opt/hallsys/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
        -r requirements.lock
COPY pyproject.toml README.md LICENSES.md ./
COPY hallsys hallsys
COPY static static
COPY sounds sounds
RUN /opt/build/bin/hatchling build -t wheel -d /tmp/wheel \
    && /opt/hallsys/bin/pip install --no-cache-dir --no-deps --no-index /tmp/wheel/*.whl \
    && /opt/hallsys/bin/pip uninstall -y pip

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin hallsys \
    && install -d -o hallsys -g hallsys -m 0700 /data
COPY --from=build /opt/hallsys /opt/hallsys
ENV PATH=/opt/hallsys/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HALLSYS_DATA=/data \
    HALLSYS_HOST=0.0.0.0 \
    HALLSYS_PORT=8080
USER hallsys
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["/opt/hallsys/bin/python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['HALLSYS_PORT']}/readyz\", timeout=4)"]
ENTRYPOINT ["hallsys"]
CMD ["serve"]
