import { describe, expect, it } from '@jest/globals';
import { InjectedFault, faultPoints } from './index.js';

describe('faultPoints', () => {
  it('acts at the nth pass of its point and at no other', () => {
    const hit = faultPoints({ killAt: 'relay.sent:2:throw', production: false });
    hit('relay.sent');
    hit('relay.claimed');
    expect(() => hit('relay.sent')).toThrow(InjectedFault);
    expect(() => hit('relay.sent')).not.toThrow();
  });

  it('kills unless told otherwise, and takes several plans', () => {
    const signals: string[] = [];
    const hit = faultPoints({
      killAt: 'a:1, b:1:stop',
      production: false,
      signal: (name) => signals.push(name),
    });
    hit('b');
    hit('a');
    expect(signals).toEqual(['SIGSTOP', 'SIGKILL']);
  });

  it('does nothing without a plan, also in production', () => {
    expect(() => faultPoints({ production: true })('a')).not.toThrow();
    expect(() => faultPoints({ killAt: '', production: true })('a')).not.toThrow();
  });

  it('is refused in production', () => {
    expect(() => faultPoints({ killAt: 'a:1', production: true })).toThrow(
      'KILL_AT is refused in production.',
    );
  });

  it.each(['a', 'a:0', 'a:1:explode', ':1', 'a:1,', 'a:-1'])('refuses KILL_AT=%s', (killAt) => {
    expect(() => faultPoints({ killAt, production: false })).toThrow('is not <point>');
  });
});
