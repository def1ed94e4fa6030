import { describe, expect, it } from '@jest/globals';
import { whileCoordinatorMoves } from './patience.js';

const refused = (type: string): Error => Object.assign(new Error(type), { type, retriable: true });

describe('whileCoordinatorMoves', () => {
  it('asks again until somebody keeps the group', async () => {
    const answers = [
      'NOT_COORDINATOR_FOR_GROUP',
      'GROUP_COORDINATOR_NOT_AVAILABLE',
      'GROUP_LOAD_IN_PROGRESS',
    ];
    const ask = async (): Promise<string> => {
      const type = answers.shift();
      if (type !== undefined) throw refused(type);
      return Promise.resolve('answered');
    };
    expect(await whileCoordinatorMoves(ask, 0)).toBe('answered');
  });

  it('does not ask again after another refusal, nor for ever', async () => {
    let asked = 0;
    const ask = (type: string) => (): Promise<never> => {
      asked += 1;
      return Promise.reject(refused(type));
    };
    await expect(whileCoordinatorMoves(ask('UNKNOWN_TOPIC_OR_PARTITION'), 0)).rejects.toThrow('UNKNOWN');
    expect(asked).toBe(1);
    await expect(whileCoordinatorMoves(ask('NOT_COORDINATOR_FOR_GROUP'), 0)).rejects.toThrow('NOT_COORD');
    expect(asked).toBe(51);
  });
});
