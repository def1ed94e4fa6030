import { UpstreamHub, openUpstream } from './index.js';
import { describeUpstream } from './upstream.contract.js';

describeUpstream('inproc:', async () => {
  const hub = new UpstreamHub();
  return {
    upstream: openUpstream('inproc:', 'bff', hub),
    serve: async (listener) => {
      const stop = hub.serve('bff', listener);
      return async () => stop();
    },
  };
});
