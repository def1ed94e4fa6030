/** An answer of the API that is not what was asked for (RFC 9457), or the lack of any answer. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    detail: string,
    /** What the server asks to wait before another try. */
    readonly retryAfterMs: number | null = null,
    /** The parts of the request it names, e.g. `/username`. */
    readonly fields: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  /** Whether the same request may well succeed a moment later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 504;
  }
}

export const unreachable = (cause: unknown): Problem =>
  new Problem(0, 'CLIENT_UNREACHABLE', 'The server could not be reached.', null, [], { cause });

/** Lets through what is no problem of the API: a defect of this page has to be seen. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

export async function problemOf(response: Response): Promise<Problem> {
  const body = await bodyOf(response);
  return new Problem(
    response.status,
    body.code ?? 'COMMON_INTERNAL',
    body.detail ?? body.title ?? response.statusText,
    retryAfterMs(response.headers.get('retry-after')),
    (body.errors ?? []).map(({ path }) => path),
  );
}

interface ProblemJson {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string }[];
}

/** A proxy in between may answer with a page of its own. */
async function bodyOf(response: Response): Promise<ProblemJson> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  return isProblem ? ((await response.json()) as ProblemJson) : {};
}

function retryAfterMs(seconds: string | null): number | null {
  const parsed = Number.parseInt(seconds ?? '', 10);
  return Number.isNaN(parsed) ? null : parsed * 1000;
}
