import { newTraceId } from '@storey/context';

/** W3C trace context. The id of a well-formed header is kept; its sampled flag decides nothing. */
export function traceIdOf(traceparent: string | string[] | undefined): string {
  const [, id] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(traceparent ?? '')) ?? [];
  return id === undefined || /^0+$/.test(id) ? newTraceId() : id;
}
