/**
 * Who may call whom, and nobody else: the arrows of ARCHITECTURE.md as data. Services call no service sideways but
 * account-service, which coordinates what spans services (tips, the
 * deletion of accounts); jobs call nobody; what flows back flows as events.
 */
export const ALLOWED_EDGES: Readonly<Record<string, readonly string[]>> = {
  'api-gateway': ['account'],
  'web-bff': ['account', 'comment', 'history'],
  'app-bff': ['account', 'comment', 'history'],
  'admin-bff': ['account', 'comment', 'history'],
  'account-service': ['comment', 'history'],
};

export interface Edge {
  readonly from: string;
  /** `target/Method`. */
  readonly to: string;
}

/** The calls that were made and are not allowed. */
export function undeclaredEdges(edges: readonly Edge[]): readonly Edge[] {
  return edges.filter(({ from, to }) => !ALLOWED_EDGES[from]?.includes(to.split('/', 1)[0] ?? ''));
}

/** The names on a circle of calls, if there is one; a service that calls is known as its app, `x-service`. */
export function circleIn(allowed: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const visit = (name: string, path: readonly string[]): readonly string[] => {
    if (path.includes(name)) return [...path, name];
    for (const target of allowed[name] ?? []) {
      const circle = visit(`${target}-service`, [...path, name]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const name of Object.keys(allowed)) {
    const circle = visit(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

/** Reads `storey_rpc_calls_total` back out of the Prometheus text. */
export function edgesOf(metricsText: string): readonly Edge[] {
  const lines = metricsText.matchAll(/^storey_rpc_calls_total\{([^}]*)\}/gm);
  return Array.from(lines, ([, labels = '']) => ({ from: label(labels, 'from'), to: label(labels, 'to') }));
}

const label = (labels: string, name: string): string =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
