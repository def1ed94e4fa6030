import { z } from 'zod';
import { optionalText, text, type ConfigEntry } from '@storey/config';
import { parseRealIp, type RealIpRule } from './edge/real-ip.js';

export const config = {
  realIp: {
    env: 'REAL_IP',
    doc: 'Whose address a request comes from: hops:N = the N-th from the right of X-Forwarded-For, header:NAME@PEER,… = that header, from these peers only',
    schema: z.string().default('hops:0').transform(realIp),
  } satisfies ConfigEntry,
  corsOrigins: text('CORS_ORIGINS', 'Origins that may call from a browser, separated by commas; exact', ''),
  metricsToken: optionalText('METRICS_TOKEN', 'Bearer token for /metrics from elsewhere than this machine'),
} as const;

function realIp(value: string, context: z.RefinementCtx): RealIpRule {
  const rule = parseRealIp(value);
  if (rule) return rule;
  context.addIssue({ code: 'custom', message: 'must be hops:N (0–9) or header:NAME@PEER[,PEER…]' });
  return z.NEVER;
}
