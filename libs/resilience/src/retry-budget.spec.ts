import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './index.js';

const spend = (budget: RetryBudget): number => {
  let spent = 0;
  while (budget.withdraw()) spent += 1;
  return spent;
};

describe('RetryBudget', () => {
  it('lets a tenth of the calls be retried once its reserve is spent', () => {
    const budget = new RetryBudget();
    expect(spend(budget)).toBe(10);
    let retries = 0;
    for (let call = 0; call < 1000; call += 1) {
      budget.deposit();
      if (budget.withdraw()) retries += 1;
    }
    expect(retries).toBe(100);
  });

  it('saves up no more than its reserve', () => {
    const budget = new RetryBudget({ reserve: 2 });
    for (let call = 0; call < 1000; call += 1) budget.deposit();
    expect(spend(budget)).toBe(2);
  });
});
