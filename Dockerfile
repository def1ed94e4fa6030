# One image holds every app and its modules once; which app a container runs is its command. `--build-arg APP=NAME` says
# what it runs when told nothing, and changes the last layer only.

# What `npm ci` reads and nothing else, so that a change of code keeps the layers with the modules.
FROM node:24-slim AS manifests
WORKDIR /storey
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

FROM node:24-slim AS build
WORKDIR /storey
COPY --from=manifests /storey ./
RUN npm ci --loglevel=error
COPY . .
RUN npm run build
RUN mkdir /built && cp --parents -r apps/*/dist libs/*/dist /built

FROM node:24-slim AS modules
WORKDIR /storey
COPY --from=manifests /storey ./
RUN npm ci --omit=dev --omit=optional --loglevel=error && npm cache clean --force && rm package-lock.json .npmrc

FROM node:24-slim
WORKDIR /storey
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
# A volume that is mounted here for the first time takes over the owner.
RUN mkdir /data && chown node:node /data
# With the manifests, and with the modules that a workspace has in another version than the rest.
COPY --from=modules /storey ./
COPY --from=build /built ./
COPY LICENSE ./
COPY tools ./tools
EXPOSE 8080
ARG APP=standalone
RUN test -f apps/$APP/dist/main.js && ln -sf apps/$APP/dist/main.js main.js
USER node
CMD ["node", "main.js"]
