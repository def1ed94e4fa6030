import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { currentContext, type Principal, type Random } from '@storey/context';
import { AppError, invalidRequest, notFound } from '@storey/errors';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ImportRunner } from './import-runner.js';
import { ImportStates, type ImportState } from './import-state.js';

export const IMPORT_SPACE = Symbol('import space');

/** Where uploads wait, and what names them. */
export interface ImportSpace {
  readonly folder: string;
  readonly random: Random;
}

const format = z.object({ format: z.enum(['wxr'], 'must be wxr') });
const importId = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'is not an import') });

const MAX_BYTES = 1024 * 1024 * 1024;

/** `POST import` stores the file and answers at once; the rest happens in the background. */
@Controller('admin/v1')
export class ImportsController {
  constructor(
    private readonly runner: ImportRunner,
    private readonly states: ImportStates,
    @Inject(IMPORT_SPACE) private readonly space: ImportSpace,
  ) {}

  @Post('import')
  @HttpCode(202)
  async begin(
    @Query({ schema: format }) _query: z.output<typeof format>,
    @Req() request: FastifyRequest,
  ): Promise<{ id: string }> {
    const principal = callingAdministrator();
    const id = Buffer.from(this.space.random.bytes(16)).toString('hex');
    const file = await this.#store(id, fileIn(request));
    const state: ImportState = {
      id,
      state: 'running',
      done: 0,
      total: 0,
      skipped: [],
      subjects: [],
      principal,
    };
    await this.states.save(state);
    this.runner.begin(state, file);
    return { id };
  }

  @Get('imports/:id')
  async get(
    @Param({ schema: importId }) { id }: z.output<typeof importId>,
  ): Promise<Omit<ImportState, 'id' | 'principal'>> {
    const found = await this.states.get(id);
    if (!found) throw notFound();
    const { state, done, total, skipped, subjects } = found;
    return { state, done, total, skipped, subjects };
  }

  async #store(id: string, body: Readable): Promise<string> {
    await mkdir(this.space.folder, { recursive: true });
    const file = fileOf(this.space, id);
    try {
      await pipeline(body, atMost(MAX_BYTES), createWriteStream(file));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    return file;
  }
}

/** @throws AppError invalid for a request without a body. */
function fileIn({ body }: FastifyRequest): Readable {
  if (body instanceof Readable) return body;
  throw invalidRequest([{ path: '', message: 'must be the file' }]);
}

function callingAdministrator(): Principal {
  const { principal } = currentContext();
  if (principal?.roles.includes('admin')) return principal;
  throw new AppError({
    kind: 'forbidden',
    code: 'GATEWAY_FORBIDDEN',
    message: 'Only administrators import.',
  });
}

export const fileOf = ({ folder }: ImportSpace, id: string): string => join(folder, id);

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= bytes) done(null, chunk);
      else
        done(
          new AppError({
            kind: 'too_large',
            code: 'COMMON_TOO_LARGE',
            message: 'An import may have 1 GiB at most.',
          }),
        );
    },
  });
}
