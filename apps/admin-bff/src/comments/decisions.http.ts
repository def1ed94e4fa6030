import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { comment as contract } from '@storey/contracts';
import { z } from 'zod';
import { byId, id, type ById } from '../params.js';
import { Services } from '../services.js';

const DECISIONS = {
  approve: contract.Decision.APPROVE,
  hide: contract.Decision.HIDE,
  delete: contract.Decision.DELETE,
  restore: contract.Decision.RESTORE,
  reject: contract.Decision.REJECT,
} as const;
const NAMES = ['approve', 'hide', 'delete', 'restore', 'reject'] as const;

const decision = z.object({
  decision: z.enum(NAMES, `must be one of ${NAMES.join(', ')}`),
  reason: z
    .string()
    .refine((text) => [...text].length <= 1000, 'may have 1000 characters')
    .nullish(),
});
type Decision = z.output<typeof decision>;

const decisions = decision.extend({
  ids: z.array(id).min(1, 'must name a comment').max(100, 'may have 100 entries'),
});
type Decisions = z.output<typeof decisions>;

const OPTIONS = { timeoutMs: 1_000 };

@Controller('admin/v1/comments')
export class DecisionsController {
  constructor(private readonly services: Services) {}

  @Post(':id/decision')
  @HttpCode(202)
  async decide(@Param({ schema: byId }) { id }: ById, @Body({ schema: decision }) made: Decision) {
    await this.services.comments.decide({ id, ...decisionOf(made) }, OPTIONS);
    return {};
  }

  /** Each comment for itself: what can't be decided so does not spoil the others. */
  @Post('decisions')
  @HttpCode(202)
  async decideMany(@Body({ schema: decisions }) { ids, ...made }: Decisions) {
    const { accepted, rejected } = await this.services.comments.decideMany(
      { ids, ...decisionOf(made) },
      OPTIONS,
    );
    return { accepted, rejected: rejected.map(({ id, code }) => ({ id: String(id), code })) };
  }
}

const decisionOf = (made: Decision) => ({ decision: DECISIONS[made.decision], reason: made.reason ?? '' });
