# syntax=docker/dockerfile:1

# Builds with everything, then installs what runs alone.
FROM node:26-bookworm AS build
WORKDIR /opt/epigraph
COPY . .
RUN npm ci && npm run build \
  && npm ci --omit=dev --workspace epigraph --include-workspace-root=false --ignore-scripts \
  && npm rebuild isolated-vm esbuild

FROM node:26-bookworm-slim
ENV NODE_ENV=production \
    EPIGRAPH_HOST=0.0.0.0 \
    EPIGRAPH_DATA=/data
WORKDIR /opt/epigraph
COPY --from=build /opt/epigraph/node_modules node_modules
COPY --from=build /opt/epigraph/packages/epigraph/package.json packages/epigraph/package.json
COPY --from=build /opt/epigraph/packages/epigraph/bin packages/epigraph/bin
COPY --from=build /opt/epigraph/packages/epigraph/dist packages/epigraph/dist
COPY --from=build /opt/epigraph/packages/epigraph/templates packages/epigraph/templates
RUN ln -s /opt/epigraph/packages/epigraph/bin/epigraph.js /usr/local/bin/epigraph \
  && install -d -m 0700 -o node -g node /data
# node, by number, for hosts that know no such name.
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 3210 3211
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3210}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["epigraph"]
CMD ["serve", "--json"]
