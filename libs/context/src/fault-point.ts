/** Called where a crash would be interesting; a test or a drill may die, stop or throw there. Injected. */
export type FaultPoint = (name: string) => void;

export const noFaults: FaultPoint = () => undefined;
