# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    CIVICRM_SES_HOST=0.0.0.0 \
    CIVICRM_SES_DATA_FOLDER=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
RUN ln -s /app/bin/civicrm-ses.js /usr/local/bin/civicrm-ses && install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8480
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8480/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["civicrm-ses", "serve"]
