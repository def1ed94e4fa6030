import { Metadata, type Client, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { runDetached } from '@storey/context';
import { type ByteStream, type Wire, type WireCall } from '../wire.js';
import { fromBuffer, toBuffer } from './bytes.js';
import { fromStatus } from './grpc-failure.js';

/** The calling end: each call detached from the caller's context, because connections outlive the call that opens them. */
export class GrpcWire implements Wire {
  readonly #client: Client;
  readonly #target: string;

  constructor(client: Client) {
    this.#client = client;
    this.#target = client.getChannel().getTarget();
  }

  unary(call: WireCall): Promise<Uint8Array> {
    return runDetached(
      () =>
        new Promise((resolve, reject) => {
          const done = (error: ServiceError | null, answer?: Uint8Array): void => {
            leave();
            if (answer) resolve(answer);
            // Its peer is the name it was made for, until it has got a connection.
            else if (error) reject(fromStatus(error, running.getPeer() !== this.#target));
          };
          const { path, body } = call;
          const running = this.#client.makeUnaryRequest(
            path,
            toBuffer,
            fromBuffer,
            body,
            metadataOf(call),
            timeOf(call),
            done,
          );
          const leave = cancelWith(call.signal, running);
        }),
    );
  }

  stream(call: WireCall): ByteStream {
    const stream = runDetached(() => this.#open(call));
    const messages = stream[Symbol.asyncIterator]();
    return {
      next: async () => {
        try {
          return await messages.next();
        } catch (error) {
          throw fromStatus(error as ServiceError, true);
        }
      },
    };
  }

  #open(call: WireCall): ClientReadableStream<Uint8Array> {
    const { path, body } = call;
    const stream = this.#client.makeServerStreamRequest(
      path,
      toBuffer,
      fromBuffer,
      body,
      metadataOf(call),
      timeOf(call),
    );
    const leave = cancelWith(call.signal, stream);
    // Its reader hears of the error by next(); one that has left does not want to.
    stream.on('error', leave);
    stream.on('end', leave);
    return stream;
  }
}

const timeOf = ({ timeoutMs }: WireCall): { deadline?: number } =>
  timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };

/** No call fails for a trace id: what no header may hold is left out. */
function metadataOf({ metadata }: WireCall): Metadata {
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) {
    if (/^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  return headers;
}

/** @returns ends the watch. */
function cancelWith(signal: AbortSignal, call: { cancel(): void }): () => void {
  const cancel = (): void => runDetached(() => call.cancel());
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}
