import { newTraceId, type Priority, type RequestContext } from '@storey/context';

/** What of a request's context travels with a call. The deadline travels apart, the principal inside the token. */
export type CarriedContext = Pick<RequestContext, 'traceId' | 'priority' | 'lane' | 'clientIp'>;

const TOKEN = 'x-internal-token';
const PRIORITIES: readonly Priority[] = ['critical_plus', 'critical', 'sheddable_plus', 'sheddable'];
const TRACE_ID = /^[0-9a-f]{32}$/;
const LANE = /^[\w.-]{1,64}$/;
const ADDRESS = /^[0-9a-fA-F.:]{2,45}$/;

export function toMetadata(context: CarriedContext, token: string): Readonly<Record<string, string>> {
  const { traceId, priority, lane, clientIp } = context;
  return {
    [TOKEN]: token,
    'x-trace-id': traceId,
    'x-priority': priority,
    ...(lane !== undefined && { 'x-lane': lane }),
    ...(clientIp !== undefined && { 'x-client-ip': clientIp }),
  };
}

/** Reads what is well-formed and passes over the rest: no call fails for its trace id. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): CarriedContext & { token: string } {
  const lane = match(LANE, metadata['x-lane']);
  const clientIp = match(ADDRESS, metadata['x-client-ip']);
  return {
    token: metadata[TOKEN] ?? '',
    traceId: match(TRACE_ID, metadata['x-trace-id']) ?? newTraceId(),
    priority: PRIORITIES.find((known) => known === metadata['x-priority']) ?? 'sheddable_plus',
    ...(lane !== undefined && { lane }),
    ...(clientIp !== undefined && { clientIp }),
  };
}

function match(shape: RegExp, value: string | undefined): string | undefined {
  return value !== undefined && shape.test(value) ? value : undefined;
}
