import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { Clock, currentContext, runInContext, type RequestContext } from '@storey/context';
import { type comment as contract } from '@storey/contracts';
import { type FastifyReply } from 'fastify';
import { Services } from '../services.js';
import { commentJson } from './comment-json.js';
import { subjectRef, type SubjectRefParams } from './params.js';
import { Profiles } from './profiles.js';
import { sendEvents, type SseEvent } from './sse.js';

/** A longer `Last-Event-ID` is none of ours. */
const MAX_EVENT_ID = 64;
const NEVER = new AbortController().signal;

@Controller('web/v1/subjects/:type/:oid/stream')
export class StreamController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get()
  async stream(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const context = currentContext();
    const request = { subject, lastEventId: (lastEventId ?? '').slice(0, MAX_EVENT_ID) };
    const signal = context.signal ?? NEVER;
    // Whoever is asked for names an hour from now must not meet the deadline of this request.
    await runInContext(endless(context), async () => {
      const source = this.services.comments.watch(request);
      // `ready` comes first; until then a refusal is answered as any other.
      await source.next();
      await sendEvents(reply, this.#events(source), this.clock, signal);
    });
  }

  async *#events(source: AsyncIterable<contract.SubjectEvent>): AsyncGenerator<SseEvent, void> {
    for await (const { id, event } of source) {
      if (event.case !== undefined && event.case !== 'ready') yield await this.#event(id, event);
    }
  }

  async #event(id: string, event: LiveEvent): Promise<SseEvent> {
    switch (event.case) {
      case 'created':
      case 'updated': {
        const comment = commentJson(event.value, await this.profiles.of([event.value]));
        return { name: `comment.${event.case}`, id, data: { comment } };
      }
      case 'deleted':
        return { name: 'comment.deleted', id, data: { id: String(event.value.id) } };
      case 'reacted': {
        const { id: commentId, likes, dislikes } = event.value;
        const data = { id: String(commentId), likes: Number(likes), dislikes: Number(dislikes) };
        return { name: 'comment.reacted', id, data };
      }
      case 'reset':
        return { name: 'reset', id, data: {} };
    }
  }
}

type LiveEvent = Exclude<contract.SubjectEvent['event'], { case: 'ready' | undefined }>;

/** A stream lasts as long as its listener. */
function endless({ deadline: _, ...context }: RequestContext): RequestContext {
  return context;
}
