# Debian, not Alpine: the video and picture libraries are built against glibc.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No install script is needed at run time; the image brings its own Node.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
# The fonts are for the charts of /usage.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini ca-certificates fontconfig-config fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY commands commands
COPY puppet puppet
COPY samples samples
COPY settings settings
COPY src src
# docker compose run --rm strut setup, docker compose exec strut doctor
RUN for name in setup doctor; do \
      printf '#!/bin/sh\nexec node "/app/src/%s/main.ts" "$@"\n' "$name" > "/usr/local/bin/$name" \
      && chmod +x "/usr/local/bin/$name"; \
    done
# A volume that is mounted there takes on whose it is.
RUN mkdir /data /files /config && chown node:node /data /files /config
USER node
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=8080 STRUT_ENV_FILE=/config/.env
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# tini reaps children and hands SIGTERM on, so that a stop is a clean one.
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/start.js"]
