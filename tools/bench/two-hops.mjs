import { Client, Server, ServerCredentials, credentials } from '@grpc/grpc-js';
import Fastify from 'fastify';

/**
 * The yardstick of the distributed form: `gateway` (Fastify) calls `bff`, which calls `service`, by bare grpc-js; what is
 * passed on is bytes, and nobody does anything else. `node two-hops.mjs <role>`, with BODY or the peer's address in TARGET.
 */
const PATH = '/bench.Pages/Get';
const asItIs = (bytes) => bytes;
const NOTHING = Buffer.alloc(0);

const [role] = process.argv.slice(2);
const answer =
  role === 'service' ? constant(Buffer.from(process.env.BODY ?? '')) : forwarding(process.env.TARGET);
const address = role === 'gateway' ? await serveHttp(answer) : await serveGrpc(answer);
console.log(`listening at ${address}`);

function constant(bytes) {
  return () => Promise.resolve(bytes);
}

function forwarding(target) {
  const client = new Client(target, credentials.createInsecure());
  return () =>
    new Promise((resolve, reject) => {
      const done = (error, bytes) => (error ? reject(error) : resolve(bytes));
      client.makeUnaryRequest(PATH, asItIs, asItIs, NOTHING, done);
    });
}

function serveHttp(get) {
  const app = Fastify();
  app.get('/', async (_request, reply) => reply.header('content-type', 'application/json').send(await get()));
  return app.listen({ port: 0, host: '127.0.0.1' });
}

function serveGrpc(get) {
  const server = new Server();
  const types = { requestSerialize: asItIs, requestDeserialize: asItIs };
  const method = { path: PATH, requestStream: false, responseStream: false, ...types };
  const replies = { responseSerialize: asItIs, responseDeserialize: asItIs };
  server.addService(
    { get: { ...method, ...replies } },
    { get: (_call, done) => get().then((bytes) => done(null, bytes), done) },
  );
  return new Promise((resolve, reject) => {
    const bound = (error, port) => (error ? reject(error) : resolve(`127.0.0.1:${port}`));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
}
