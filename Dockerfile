# One image for every service; the command says which: `docker run kennel service slot-actor`.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional dependencies are Node itself for machines without Node 24: the base image has it.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
# In a container the page listens on every address of the container; who reaches it is decided where the port is published.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY shared shared
COPY services services
COPY app app
COPY cli cli
COPY supabase supabase
USER node
VOLUME /data
EXPOSE 8080
# TypeScript runs as it is: no build step, no second copy of the code that could differ from the one reviewed.
ENTRYPOINT ["node", "cli/main.ts"]
CMD ["up"]
