import { Body, Controller, Get, Header, Patch, UseGuards } from '@nestjs/common';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { profileChange, type ProfileChange } from './bodies.js';
import { userJson, type UserJson } from './user-json.js';

@Controller('auth/v1/me')
@UseGuards(SignedIn)
export class MeController {
  constructor(private readonly services: Services) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(): Promise<{ user: UserJson }> {
    return { user: userJson((await this.services.accounts.getMe({})).user) };
  }

  @Patch()
  async change(@Body({ schema: profileChange }) body: ProfileChange): Promise<{ user: UserJson }> {
    const { displayName, avatarUrl, email } = body;
    const reply = await this.services.accounts.updateMe({
      ...(displayName !== undefined && { displayName }),
      ...(avatarUrl !== undefined && { avatarUrl: avatarUrl ?? '' }),
      ...(email !== undefined && { email: email ?? '' }),
    });
    return { user: userJson(reply.user) };
  }
}
