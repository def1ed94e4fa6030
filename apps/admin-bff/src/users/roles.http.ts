import { Body, Controller, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Administrators } from '../administrators.guard.js';
import { byId, type ById } from '../params.js';
import { Services } from '../services.js';

const rolesBody = z.object({
  roles: z.array(z.enum(['user', 'moderator', 'admin'], 'must be user, moderator or admin')).max(3),
});

@Controller('admin/v1/users')
@UseGuards(Administrators)
export class RolesController {
  constructor(private readonly services: Services) {}

  /** The whole list of a user's roles; `user` stays whether it is named or not. */
  @Put(':id/roles')
  @HttpCode(204)
  async set(
    @Param({ schema: byId }) { id }: ById,
    @Body({ schema: rolesBody }) { roles }: z.output<typeof rolesBody>,
  ): Promise<void> {
    await this.services.accounts.setRoles({ userId: id, roles }, { timeoutMs: 1_000 });
  }
}
