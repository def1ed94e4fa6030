import { type ChannelOptions } from '@grpc/grpc-js';
import { MAX_MESSAGE_BYTES } from '../codec.js';

export interface Keepalive {
  /** A silent connection is asked after this long … */
  readonly timeMs: number;
  /** … and is cut when it does not answer for this long. */
  readonly timeoutMs: number;
}

const KEEPALIVE: Keepalive = { timeMs: 10_000, timeoutMs: 2_000 };

/** Streams on one connection: as many as the gateway has listeners. */
const MAX_STREAMS = 20_000;

/** A new object each time: grpc-js keeps what it is given. */
const both = ({ timeMs, timeoutMs }: Keepalive): ChannelOptions => ({
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': timeMs,
  'grpc.keepalive_timeout_ms': timeoutMs,
});

/**
 * No retry policy is set, nor taken from DNS. What certainly reached no handler, because its server was just closing, is
 * sent again once, to another instance; without that ('grpc.enable_retries': 0) every restart would fail some calls.
 */
export const clientOptions = (keepalive: Keepalive = KEEPALIVE): ChannelOptions => ({
  ...both(keepalive),
  'grpc.enable_channelz': 0,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
});

/** With channelz, which costs a little memory: without it grpc-js 1.14.7 forgets the connections that it should cut at last. */
export const serverOptions = (keepalive: Keepalive = KEEPALIVE): ChannelOptions => ({
  ...both(keepalive),
  'grpc.max_concurrent_streams': MAX_STREAMS,
  // ± 10 % by grpc-js: behind one virtual address this is how callers spread over new instances.
  'grpc.max_connection_age_ms': 300_000,
  'grpc.max_connection_age_grace_ms': 3_600_000,
});
