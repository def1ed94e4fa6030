import { Body, Controller, Get, HttpCode, Param, Patch, Post, UseGuards } from '@nestjs/common';
import { comment as contract } from '@storey/contracts';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { subjectList, type SubjectList } from './bodies.js';
import { subjectRef, type SubjectRefParams } from './params.js';
import { required } from './required.js';
import { subjectChanges, type SubjectChanges } from './subject-changes.js';
import { countsJson, subjectJson } from './subject-json.js';

const STATES = {
  open: contract.SubjectState.OPEN,
  read_only: contract.SubjectState.READ_ONLY,
  closed: contract.SubjectState.CLOSED,
} as const;

@Controller('web/v1/subjects')
export class SubjectsController {
  constructor(private readonly services: Services) {}

  @Get(':type/:oid')
  async subject(@Param({ schema: subjectRef }) subject: SubjectRefParams) {
    const reply = await this.services.comments.getSubject({ subject });
    return { subject: subjectJson(required(reply.subject, 'subject')) };
  }

  @Patch(':type/:oid')
  @HttpCode(202)
  @UseGuards(SignedIn)
  async change(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Body({ schema: subjectChanges }) changes: SubjectChanges,
  ) {
    const request = { subject, ...changesOf(changes) };
    const reply = await this.services.comments.changeSubject(request, { timeoutMs: WRITE_TIMEOUT_MS });
    return { subject: subjectJson(required(reply.subject, 'subject')) };
  }

  @Get(':type/:oid/counts')
  async counts(@Param({ schema: subjectRef }) subject: SubjectRefParams) {
    const { items } = await this.services.comments.batchCounts({ subjects: [subject] });
    return { counts: countsJson(items[0]?.counts) };
  }

  @Post('counts')
  @HttpCode(200)
  async batchCounts(@Body({ schema: subjectList }) { subjects }: SubjectList) {
    const { items } = await this.services.comments.batchCounts({ subjects });
    const entries = items.map(({ subject, counts }) => [
      `${subject?.type}/${subject?.oid}`,
      countsJson(counts),
    ]);
    return { counts: Object.fromEntries(entries) as Record<string, unknown> };
  }
}

/** `null` takes away what there was. */
function changesOf({ title, url, policy, state, ownerId }: SubjectChanges) {
  return {
    ...(title !== undefined && { title: title ?? '' }),
    ...(url !== undefined && { url: url ?? '' }),
    ...(policy?.mode !== undefined && { policyMode: policy.mode }),
    ...(policy?.minLevel !== undefined && { policyMinLevel: policy.minLevel }),
    ...(state !== undefined && { state: STATES[state] }),
    ...(ownerId !== undefined && { ownerId: ownerId ?? 0n }),
  };
}
