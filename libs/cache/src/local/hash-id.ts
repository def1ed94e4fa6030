const words = new Uint32Array(2);
const asFloat = new Float64Array(words.buffer);
const asInteger = new BigUint64Array(words.buffer);

/** 32 bits, spread. Another seed gives another function, so nobody can choose ids that collide everywhere. */
export function hashId(id: string | number | bigint, seed: number): number {
  if (typeof id === 'string') return hashText(id, seed);
  if (typeof id === 'bigint') asInteger[0] = id;
  else asFloat[0] = id;
  return spread(spread(seed ^ (words[0] ?? 0)) ^ (words[1] ?? 0));
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return spread(hash);
}

/** The finalizer of MurmurHash3. */
function spread(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
