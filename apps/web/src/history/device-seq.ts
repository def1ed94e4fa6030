const KEY = 'storey.seq';

/** The next number of this device's reports. It rises over tabs and restarts. */
export function nextSeq(): number {
  const next = Number(localStorage.getItem(KEY) ?? 0) + 1;
  localStorage.setItem(KEY, String(next));
  return next;
}
