import { Controller, Get, Header } from '@nestjs/common';
import { Services } from '../services.js';

/** The keys that verify access tokens. A key is here for an hour before it signs, so five minutes in a cache are safe. */
@Controller('.well-known')
export class JwksController {
  constructor(private readonly services: Services) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  async read(): Promise<unknown> {
    return JSON.parse((await this.services.accounts.listKeys({})).jwksJson);
  }
}
