import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartError } from '@storey/service';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { login, register, running } from './running.js';

let folder: TemporaryFolder;

beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const wrong = { code: 'ACCOUNT_CREDENTIALS_INVALID' };

describe('the first administrator', () => {
  it('gets a password that is shown once, at the first start', async () => {
    let shown: readonly string[];
    {
      await using app = await running(folder.path);
      shown = app.announced;
      const [, secret = ''] = /^first administrator: admin \/ (\S{24})$/.exec(shown[0] ?? '') ?? [];
      expect((await login(app.accounts, 'admin', secret)).user?.roles).toEqual(['user', 'admin']);
    }
    await using again = await running(folder.path);
    expect([shown.length, again.announced.length]).toEqual([1, 0]);
  });

  it('is who the settings say, and then nothing is shown', async () => {
    await using app = await running(folder.path, {
      ADMIN_USERNAME: 'Root_1',
      ADMIN_PASSWORD: 'given secret',
    });
    expect(app.announced).toEqual([]);
    expect((await login(app.accounts, 'root_1', 'given secret')).user?.roles).toEqual(['user', 'admin']);
    await expect(login(app.accounts, 'admin', 'given secret')).rejects.toMatchObject(wrong);
  });

  it('is not made of a user who exists, and keeps the password he has', async () => {
    {
      await using app = await running(folder.path, { ADMIN_PASSWORD: 'first secret' });
      await register(app.accounts, 'somebody');
    }
    const settings = { ADMIN_USERNAME: 'somebody', ADMIN_PASSWORD: 'second secret' };
    await using app = await running(folder.path, settings);
    await expect(login(app.accounts, 'somebody', 'second secret')).rejects.toMatchObject(wrong);
    expect((await login(app.accounts, 'somebody')).user?.roles).toEqual(['user']);
    expect((await login(app.accounts, 'admin', 'first secret')).user?.roles).toEqual(['user', 'admin']);
  });

  it.each([
    [{ ADMIN_USERNAME: 'a b' }, 'ADMIN_USERNAME must be 3 to 32'],
    [{ ADMIN_PASSWORD: 'short' }, 'ADMIN_PASSWORD must have 8 to 128'],
  ])('is not made of %j', async (settings, text) => {
    const start = running(folder.path, settings);
    await expect(start).rejects.toThrow(text);
    await expect(start).rejects.toBeInstanceOf(StartError);
  });
});
