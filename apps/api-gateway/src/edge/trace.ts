import { newTraceId } from '@storey/context';

/** Version ff and ids of nothing but zeros are not well-formed. */
const WELL_FORMED = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** W3C trace context. The id of a well-formed header is kept; its sampled flag decides nothing. */
export function traceIdOf(traceparent: string | string[] | undefined): string {
  if (traceparent === undefined) return newTraceId();
  return WELL_FORMED.exec(String(traceparent))?.[1] ?? newTraceId();
}
