import { describe, expect, it } from '@jest/globals';
import { ConfigError, integer, loadConfig, oneOf, optionalText, url } from './index.js';

const shape = {
  port: integer('PORT', 'TCP port', 8080, 0, 65_535),
  logLevel: oneOf('LOG_LEVEL', 'least severe line written', ['debug', 'info'], 'info'),
  eventsUrl: url('STOREY_EVENTS_URL', 'the event log', 'sqlite:', ['sqlite', 'kafka']),
  password: optionalText('ADMIN_PASSWORD', 'of the first administrator'),
};

const mistakesOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(shape, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('has a default for everything and treats empty as unset', () => {
    const expected = { port: 8080, logLevel: 'info', eventsUrl: 'sqlite:', password: undefined };
    expect(loadConfig(shape, {})).toEqual(expected);
    expect(loadConfig(shape, { PORT: '', LOG_LEVEL: '' })).toEqual(expected);
  });

  it('is typed and frozen', () => {
    const config = loadConfig(shape, { PORT: '0' });
    expect(config.port).toBe(0);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('lists every mistake at once, each by name with what it wants', () => {
    expect(
      mistakesOf({ PORT: '80a', LOG_LEVEL: 'loud', STOREY_EVENTS_URL: 'ftp://x', STOREY_PROT: '1' }),
    ).toEqual([
      'STOREY_PROT: there is no such setting',
      'PORT: must be a whole number from 0 to 65535',
      'LOG_LEVEL: must be one of debug, info',
      'STOREY_EVENTS_URL: must begin with one of sqlite: kafka:',
    ]);
  });

  it.each(['-1', '65536', '8080.5', '1e3', ' 80'])('refuses PORT=%p', (port) => {
    expect(mistakesOf({ PORT: port })).toHaveLength(1);
  });
});
