import { describe, expect, it } from '@jest/globals';
import { assertConnectionBudget } from './connection-budget.js';

describe('the connections that all processes may open', () => {
  const budget = { server: 151, user: 0, pool: 10, openings: 7 };

  it('fit into what the server takes, to the last one', () => {
    expect(() => assertConnectionBudget(budget)).not.toThrow();
    expect(() => assertConnectionBudget({ ...budget, server: 147 })).not.toThrow();
    expect(() => assertConnectionBudget({ ...budget, server: 146 })).toThrow(
      'takes 146 connections, but 7 openings of its databases with up to 21 connections (pool=10) need 147',
    );
  });

  it('fit into what the user may have, where that is less', () => {
    expect(() => assertConnectionBudget({ ...budget, user: 147 })).not.toThrow();
    expect(() => assertConnectionBudget({ ...budget, user: 146 })).toThrow('takes 146 connections');
    expect(() => assertConnectionBudget({ ...budget, user: 1000, server: 100 })).toThrow('takes 100');
  });
});
