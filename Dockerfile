# One image for web, worker, beat and the set-up step; docker-compose.yml says which runs what.

# The few files that come through the npm registry. No Node in the final image.
FROM node:22-slim AS packages
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY . .
COPY --from=packages /src/node_modules /src/node_modules
RUN python -I deploy_admin/bootstrap.py copy-packages /src/node_modules \
 && SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build/build REDIS_URL=redis://build/0 \
    FIELD_KEYS=1:$(head -c 32 /dev/urandom | base64 -w 0) MATCH_KEY=$(head -c 32 /dev/urandom | base64 -w 0) \
    .venv/bin/python manage.py assets \
 && .venv/bin/python -m compileall -q deploy_admin quotas assignments appraisals .venv/lib

FROM python:3.11-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app /app
# The program belongs to root and cannot be changed by whom it runs as; /data is all that it writes to.
RUN useradd --system --uid 10001 --no-create-home app && install -d -o app -g app -m 700 /data
USER 10001:10001
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    DEPLOY_ENV=production \
    VAR_DIR=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
CMD ["python", "manage.py", "check", "--deploy", "--tag", "security"]
