# syntax=docker/dockerfile:1
# One image for the web server, every worker, beat and the one-shot migration. ffmpeg comes pinned inside the lock.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
RUN python -m venv /opt/offcut \
 && /opt/offcut/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock
COPY client ./client
RUN /opt/offcut/bin/pip install --no-deps --no-build-isolation ./client

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 offcut \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin offcut \
 && install --directory --owner 10001 --group 10001 --mode 0750 /data /seaweedfs
COPY --from=build /opt/offcut /opt/offcut
WORKDIR /app
COPY manage.py LICENSE NOTICE ./
COPY core ./core
COPY media_ingest ./media_ingest
COPY licensing ./licensing
COPY marketplace ./marketplace
ENV PATH=/opt/offcut/bin:$PATH \
    OFFCUT_HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["gunicorn", "marketplace.config.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", "--timeout=3600", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
