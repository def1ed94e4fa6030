import { type Logger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { type Ground } from '../ground.js';
import { GiveTip } from './give-tip.js';
import { TipCounts } from './tip-counts.js';
import { TipDriver } from './tip-driver.js';
import { TipSweep } from './tip-sweep.js';

/** What gives tips and what brings them to their end. */
export interface Tipping {
  readonly giving: GiveTip;
  readonly sweep: TipSweep;
}

export function tippingOf(ground: Ground, { faultPoint, metrics }: Platform, logger: Logger): Tipping {
  const counts = new TipCounts();
  counts.observe(metrics.forApp('account-service'));
  const { store, comments, sources } = ground;
  const driver = new TipDriver({ store, comments, sources, faultPoint, counts });
  return {
    giving: new GiveTip({ store, driver, comments, sources, faultPoint }),
    sweep: new TipSweep({ store, driver, sources, counts, logger }),
  };
}
