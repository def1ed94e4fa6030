import { type Logger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { type Ground } from '../ground.js';
import { GiveTip } from './give-tip.js';
import { TipCounts } from './tip-counts.js';
import { TipDriver } from './tip-driver.js';
import { type TipRow } from '@storey/account';
import { type Sweep } from '../sweep.js';
import { sweepTips } from './sweep-tips.js';

/** What gives tips and what brings them to their end. */
export interface Tipping {
  readonly giving: GiveTip;
  readonly sweep: Sweep<TipRow>;
}

export function tippingOf(ground: Ground, { faultPoint, metrics }: Platform, logger: Logger): Tipping {
  const counts = new TipCounts();
  counts.observe(metrics.forApp('account-service'));
  const { store, comments, sources } = ground;
  const driver = new TipDriver({ store, comments, sources, faultPoint, counts });
  return {
    giving: new GiveTip({ store, driver, comments, sources, faultPoint }),
    sweep: sweepTips({ store, driver, sources, counts, logger }),
  };
}
