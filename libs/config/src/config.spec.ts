import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('reads a setting from the file that its _FILE names', () => {
    using folder = temporary();
    const file = join(folder.path, 'password');
    writeFileSync(file, 'correct horse\n');
    expect(loadConfig(shape, { ADMIN_PASSWORD_FILE: file }).password).toBe('correct horse');
  });

  it('refuses a file that is not there, and a setting that is given twice, without telling its value', () => {
    expect(mistakesOf({ ADMIN_PASSWORD_FILE: '/nowhere/at/all' })).toEqual([
      expect.stringMatching(/^ADMIN_PASSWORD_FILE: can't be read: ENOENT/),
    ]);
    expect(mistakesOf({ ADMIN_PASSWORD_FILE: '/nowhere/at/all', ADMIN_PASSWORD: 'secret' })).toEqual([
      'ADMIN_PASSWORD: is given, and so is ADMIN_PASSWORD_FILE; unset one',
    ]);
  });
});

function temporary(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'storey-config-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
