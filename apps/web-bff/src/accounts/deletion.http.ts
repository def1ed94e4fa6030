import { Controller, Get, Header, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { id } from '../comments/params.js';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';

const deletionId = z.object({ id });

@Controller('auth/v1/deletion')
export class DeletionController {
  constructor(private readonly services: Services) {}

  @Post()
  @HttpCode(202)
  @UseGuards(SignedIn)
  async start() {
    return { id: String((await this.services.accounts.startDeletion({}, { timeoutMs: 2_000 })).id) };
  }

  /** Without a token: whose account is being deleted has none any more, but has this id. */
  @Get(':id')
  @Header('cache-control', 'no-store')
  async read(@Param({ schema: deletionId }) { id }: z.output<typeof deletionId>) {
    const { state, steps } = await this.services.accounts.getDeletion({ id });
    return { state, steps: steps.map((step) => ({ name: step.name, state: step.state })) };
  }
}
