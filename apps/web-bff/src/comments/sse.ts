import { once } from 'node:events';
import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { type FastifyReply } from 'fastify';
import { type Clock } from '@storey/context';

const HEARTBEAT_MS = 15_000;

export interface SseEvent {
  readonly name: string;
  readonly id: string;
  /** JSON. */
  readonly data: unknown;
}

/**
 * Answers with server-sent events (WHATWG HTML, 9.2) for as long as there are any and the client listens. The next
 * event is fetched only when the client took the last one, so a slow client fills nobody's memory here.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<SseEvent>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write(': ready\n\n');
  const stop = beat(raw, clock);
  try {
    for await (const event of events) {
      if (!raw.write(textOf(event))) await once(raw, 'drain', { signal });
    }
    raw.end();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop();
  }
}

/** Keeps connections open that would be cut for silence. @returns stops it. */
function beat(raw: ServerResponse, clock: Clock): () => void {
  let cancel = clock.after(HEARTBEAT_MS, tick);
  function tick(): void {
    if (!raw.writableNeedDrain) raw.write(': still here\n\n');
    cancel = clock.after(HEARTBEAT_MS, tick);
  }
  return () => cancel();
}

function textOf({ name, id, data }: SseEvent): string {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
