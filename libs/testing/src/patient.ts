/** A busy machine must not fail a test that is not about time. */
const PATIENT_MS = 10_000;

type Call = (request: unknown, options?: object) => unknown;

/** The client of a service, whose calls are given time unless they say how much. */
export function patient<C extends object>(client: C): C {
  const calls = Object.entries(client as Record<string, Call>).map(([name, call]) => {
    const patiently: Call = (request, options) => call(request, { timeoutMs: PATIENT_MS, ...options });
    return [name, patiently] as const;
  });
  return Object.fromEntries(calls) as unknown as C;
}
