import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { parseId } from '@storey/ids';
import { z } from 'zod';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { subjectSchema } from '../subject.schema.js';
import { toReply, type Reply } from './reply.js';

/** '' and 0 stand for no parent: the first app sent either. */
const parent = z.string().transform((text, context): bigint => {
  if (text === '' || text === '0') return 0n;
  const id = parseId(text);
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: 'must be an id' });
  return z.NEVER;
});

/** `root` is taken and not looked at: the parent tells it. */
const form = subjectSchema.extend({ message: z.string(), parent: parent.default(0n) });
type Form = z.output<typeof form>;

const TIMEOUT_MS = 1000;

/** A comment as the first app posted it: form-encoded, answered with what it will look like. */
@Controller('app/v1/reply')
@UseGuards(SignedIn)
export class PostReplyController {
  constructor(private readonly services: Services) {}

  @Post()
  @HttpCode(200)
  async post(@Body({ schema: form }) { type, oid, message, parent: parentId }: Form) {
    const reply = await this.#publish({ subject: { type, oid }, text: message, parentId });
    return { code: 0, data: { reply } };
  }

  /** Without a name: the app knows who it belongs to. */
  async #publish(request: Parameters<Services['comments']['publish']>[0]): Promise<Reply | null> {
    const { comment } = await this.services.comments.publish(request, { timeoutMs: TIMEOUT_MS });
    return comment ? toReply(comment, '') : null;
  }
}
