import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import {
  credentials,
  passwordChange,
  refreshing,
  registration,
  type Credentials,
  type PasswordChange,
  type Refreshing,
  type Registration,
} from './bodies.js';
import { sessionJson, type SessionJson } from './user-json.js';

/** Hashing a password takes its time, and waits its turn. */
const AUTH = { timeoutMs: 2_000 };

@Controller('auth/v1')
export class SessionsController {
  constructor(private readonly services: Services) {}

  @Post('register')
  async register(@Body({ schema: registration }) body: Registration): Promise<SessionJson> {
    const { username, password, displayName, email } = body;
    const request = { username, password, displayName: displayName ?? '', email: email ?? '' };
    return sessionJson(await this.services.accounts.register(request, AUTH));
  }

  @Post('login')
  @HttpCode(200)
  async login(@Body({ schema: credentials }) body: Credentials): Promise<SessionJson> {
    return sessionJson(await this.services.accounts.login(body, AUTH));
  }

  @Post('refresh')
  @HttpCode(200)
  async refresh(@Body({ schema: refreshing }) body: Refreshing): Promise<SessionJson> {
    return sessionJson(await this.services.accounts.refresh(body, AUTH));
  }
}

@Controller('auth/v1')
@UseGuards(SignedIn)
export class MySessionController {
  constructor(private readonly services: Services) {}

  @Post('logout')
  @HttpCode(204)
  async logout(): Promise<void> {
    await this.services.accounts.logout({}, AUTH);
  }

  @Post('password')
  @HttpCode(204)
  async password(@Body({ schema: passwordChange }) body: PasswordChange): Promise<void> {
    await this.services.accounts.changePassword(body, AUTH);
  }
}
