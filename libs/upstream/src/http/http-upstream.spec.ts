import { createServer } from 'node:http';
import { freePort } from '@storey/testing';
import { UpstreamHub, openUpstream } from '../index.js';
import { closeServer, describeUpstream, listenOn } from '../upstream.contract.js';

describeUpstream('http:', async () => {
  const port = await freePort();
  return {
    upstream: openUpstream(`http://127.0.0.1:${port}`, 'web-bff', new UpstreamHub()),
    serve: async (listener) => {
      const server = createServer(listener);
      await listenOn(server, port);
      return () => closeServer(server);
    },
  };
});
