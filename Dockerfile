# One image for every service; the command says which: `docker run kennel:0.1.0 service slot-actor`.
FROM node:24.21.0-bookworm-slim AS node
WORKDIR /app
COPY package.json package-lock.json ./
# Optional dependencies are Node itself for machines without Node 24: the base image has it. Half of what packages bring is
# for compilers, debuggers and readers: Node takes no TypeScript from a package.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' -o -name '*.md' \) -delete

# The page, which is built with what does not ship. Vite's compiler is an optional dependency, so nothing is left out here.
FROM node:24.21.0-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY page.config.ts tsconfig.json ./
COPY shared shared
COPY services services
RUN npm run --silent page

# What the Node image stands on, without its package managers and headers.
FROM debian:12.15-slim
COPY --from=node /usr/local/bin/node /usr/local/bin/
RUN useradd --uid 1000 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kennel \
 && install -d -o kennel -g kennel -m 0700 /data && install -d -o kennel -g kennel /app/compiled
# In a container the page listens on every address of the container; who reaches it is decided where the port is published.
# The compose file's health checks look at HEALTH_FILE.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data HEALTH_FILE=/tmp/alive NODE_COMPILE_CACHE=/app/compiled
WORKDIR /app
COPY --from=node /app/node_modules node_modules
COPY package.json ./
COPY shared shared
COPY services services
COPY --from=page /app/services/control-plane/page/out services/control-plane/page/out
COPY app app
COPY cli cli
COPY supabase supabase
USER kennel
# TypeScript of the services runs as it is: no build step, no second copy of the code that could differ from the one reviewed. What Node makes of
# it at a start is kept, and believed only for the very same text: ten services on two cores start in half the time.
RUN node cli/main.ts config >/dev/null
EXPOSE 8080
ENTRYPOINT ["node", "cli/main.ts"]
CMD ["up"]
