import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ledger, readLedger, temporaryFolder, type LedgerEntry } from './index.js';

const entry: LedgerEntry = {
  operation: 'comment.create',
  key: 'k1',
  bodyHash: 'ab',
  outcome: 'ok',
  answer: { id: '1' },
};

describe('Ledger', () => {
  it('keeps entries in order over several writers in turn', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'ledger');
    for (const outcome of ['ok', 'fail', 'unknown'] as const) {
      using ledger = new Ledger(path);
      ledger.append({ ...entry, outcome });
    }
    expect(readLedger(path).map(({ outcome }) => outcome)).toEqual(['ok', 'fail', 'unknown']);
    expect(readLedger(path)[0]).toEqual(entry);
  });

  it('leaves out a last line that was cut', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'ledger');
    using ledger = new Ledger(path);
    ledger.append(entry);
    appendFileSync(path, '{"operation":"com');
    expect(readLedger(path)).toEqual([entry]);
  });
});
