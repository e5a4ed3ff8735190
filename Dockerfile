# One image for the server and the workers: `tutti serve` unless another command is given.
#   docker build -t tutti:local .
#   docker run --rm -p 127.0.0.1:8080:8080 -v tutti-data:/data tutti:local

FROM node:24-bookworm-slim AS build
WORKDIR /app
# Else onnxruntime-node fetches GPU libraries, from a server that is not the registry.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json ./
# The versions of the lockfile. Not `npm ci`, which refuses a lockfile that leaves out optional packages of platforms
# that nobody asked for. No package needs its install script here: they fetch a Node, or what is prebuilt already.
RUN npm install --include=dev --ignore-scripts --no-save --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY tools tools
COPY workers workers
# The last line removes 220 MB: ONNX Runtime for other systems.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} +

FROM node:24-bookworm-slim
# For the speech recognition expert.
RUN apt-get update \
  && apt-get install -y --no-install-recommends pocketsphinx pocketsphinx-en-us \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 TUTTI_DATA=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY prompts prompts
# What `tutti demo` shows.
COPY test/fixtures/samples test/fixtures/samples
# Before VOLUME: a new volume takes over the owner.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# Whether the process answers; a worker listens nowhere, so where one runs, this is to be switched off.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["serve"]
