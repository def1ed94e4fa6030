import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Deadline, FakeClock } from '@storey/context';
import { createConnection } from 'mysql2';
import { MysqlConnection } from './mysql-connection.js';

/** A server that takes connections, greets or not, and never answers a statement. */
let server: Server;
let greet: (socket: Socket) => void;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  greet = politely;
  server = createServer((socket) => greet(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

function politely(stream: Socket): void {
  const session = createConnection({ stream, isServer: true });
  session.on('error', () => undefined); // that the client left is what the tests look at
  session.serverHandshake({
    protocolVersion: 10,
    serverVersion: '9.7.0',
    connectionId: 1,
    statusFlags: 2,
    characterSet: 255,
    capabilityFlags: 0xff_ff_ff,
    authCallback: (_: unknown, welcome: () => void) => {
      welcome();
      stream.removeAllListeners('data').resume();
    },
  });
}

const open = (): Promise<MysqlConnection> => {
  const { port } = server.address() as AddressInfo;
  const to = { host: '127.0.0.1', port, user: 'root', password: '', tls: undefined };
  return MysqlConnection.open(to, Deadline.in(300, clock));
};

/** The server's end of the next one. */
const accepted = async (): Promise<Socket> => ((await once(server, 'connection')) as [Socket])[0];

const late = { kind: 'deadline_exceeded' };

describe('MysqlConnection', () => {
  it('that is not greeted in time is given up', async () => {
    greet = (socket) => socket.resume();
    const refused = expect(open()).rejects.toMatchObject(late);
    const socket = await accepted();
    const closed = once(socket, 'close');
    await clock.advance(300);
    await refused;
    await closed;
  });

  it('whose statement is not answered in time is destroyed, and says so to all that wait', async () => {
    const accepting = accepted();
    const connection = await open();
    const closed = once(await accepting, 'close');
    const beside = expect(connection.ping()).rejects.toMatchObject(late);
    const statement = connection.within(Deadline.in(200, clock), () => connection.command('do 1'));
    const refused = expect(statement).rejects.toMatchObject(late);
    await clock.advance(199);
    expect([connection.usable, connection.busy]).toEqual([true, true]);
    await clock.advance(1);
    await Promise.all([refused, beside, closed]);
    expect([connection.usable, connection.busy]).toEqual([false, false]);
    await expect(connection.ping()).rejects.toMatchObject({ fatal: true });
  });

  it('is kept when the time is over while it waits for nothing', async () => {
    const connection = await open();
    const work = connection.within(Deadline.in(200, clock), () => new Promise(() => undefined));
    const refused = expect(work).rejects.toMatchObject(late);
    await clock.advance(200);
    await refused;
    expect(connection.usable).toBe(true);
    connection.destroy();
  });
});
