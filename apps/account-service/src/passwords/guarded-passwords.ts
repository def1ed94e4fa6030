import { Injectable } from '@nestjs/common';
import { normalPassword } from '@storey/account';
import { credentialsInvalid } from '../errors.js';
import { AttemptLimits } from '../limits/attempt-limits.js';
import { Passwords } from './passwords.js';

/** Passwords as guessers meet them: few tries, and the same answer to every wrong one. */
@Injectable()
export class GuardedPasswords {
  constructor(
    private readonly passwords: Passwords,
    private readonly limits: AttemptLimits,
  ) {}

  hash(password: string): Promise<string> {
    return this.passwords.hash(password);
  }

  /**
   * @param name folded @param stored absent for nobody
   * @throws AppError ACCOUNT_CREDENTIALS_INVALID, `rate_limited`, `unavailable`
   */
  async check(name: string, password: string, stored: string | null | undefined): Promise<void> {
    await this.limits.mayTry(name);
    if (!(await this.passwords.verify(normalPassword(password), stored))) {
      await this.limits.failed(name);
      throw credentialsInvalid();
    }
    await this.limits.mayTry(name);
  }
}
