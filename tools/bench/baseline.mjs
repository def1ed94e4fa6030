import Fastify from 'fastify';

/** The yardstick: what Fastify does when there is nothing to do. */
const app = Fastify();
const body = process.env.BODY ?? '';
app.get('/', (_request, reply) => reply.header('content-type', 'application/json').send(body));
console.log(`listening at ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
