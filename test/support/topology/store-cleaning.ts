import { once } from 'node:events';
import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';

/** What a product left in stores that others use too. */

export async function dropDatabases(url: string, names: readonly string[]): Promise<void> {
  const connection = await createConnection(url);
  try {
    for (const name of names) await connection.query(`drop database if exists \`${name}\``);
  } finally {
    await connection.end();
  }
}

export async function dropTopics(url: string, prefix: string): Promise<void> {
  const kafka = new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

export async function dropIndices(url: string, prefix: string): Promise<void> {
  const listed = await fetch(`${url}/_cat/indices/${prefix}*?format=json&h=index`);
  if (!listed.ok) throw new Error(`the indices can't be listed: ${listed.status}`);
  for (const { index } of (await listed.json()) as { index: string }[])
    await fetch(`${url}/${index}`, { method: 'DELETE' });
  await fetch(`${url}/_index_template/${prefix}*`, { method: 'DELETE' });
}

/** Spoken by hand: two commands are no reason for a client. */
export async function flushRedis(url: string, databases: readonly number[]): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  const commands = [...databases.flatMap((number) => [`SELECT ${number}`, 'FLUSHDB']), 'QUIT'];
  let said = '';
  socket.on('data', (text: string) => (said += text));
  socket.write(commands.map((command) => `${command}\r\n`).join(''));
  await once(socket, 'close');
  if (said !== '+OK\r\n'.repeat(commands.length)) throw new Error(`Redis answered ${said}`);
}
