import { realStores } from '@storey/testing';
import { describeKv } from '../kv.contract.js';
import { type Kv } from '../kv.js';
import { openKv } from '../open-kv.js';
import { realTime } from '../../test/real-time.js';

async function openEmpty(url: string): Promise<Kv> {
  const kv = await openKv(url);
  await kv.flush();
  return kv;
}

describeKv('redis:', () => openEmpty(`${realStores.redis}/1?timeoutMs=1000`), { time: realTime });
