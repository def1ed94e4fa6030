import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Services } from '../services.js';
import { subjectList, type SubjectList } from './bodies.js';
import { subjectRef, type SubjectRefParams } from './params.js';
import { required } from './required.js';
import { countsJson, subjectJson } from './subject-json.js';

@Controller('web/v1/subjects')
export class SubjectsController {
  constructor(private readonly services: Services) {}

  @Get(':type/:oid')
  async subject(@Param({ schema: subjectRef }) subject: SubjectRefParams) {
    const reply = await this.services.comments.getSubject({ subject });
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
