const guard = (file, spec) => (name, search, replace) => ({
  name,
  file: `src/local/${file}.ts`,
  search,
  replace,
  spec: `src/local/${spec ?? file}`,
});

const copies = guard('local-copies');
const heard = guard('heard-changes');
const hot = guard('hot-keys');
const heavy = guard('heavy-keeper');
const s3 = guard('s3-fifo');
const patrol = guard('patrol');
const checksums = guard('checksums', 'patrol');

/** Of the copies in a process. */
export const localGuards = [
  copies('what it costs to hold a copy is counted', 'OVERHEAD_BYTES + (', '0 + ('),
  copies('a copy does not outlive a newer one that is too big', 'if (before) this.#remove(id, before);', ''),
  copies(
    'a change with a version is news where values have none',
    'this.#options.versionOf ? version : 0n',
    'version',
  ),
  copies(
    'a copy that has the change is left alone',
    'if (version > 0n && (copy.version ?? 0n) >= version) return false;',
    '',
  ),
  copies(
    'changes one after the other do not lengthen what is stale',
    'Math.min(copy.shownUntil, now + this.#options.staleMs)',
    'now + this.#options.staleMs',
  ),
  copies('a drop voids tickets', 'this.#heard.record(this.#groupOf(id), 0n);', ''),
  copies('clearing voids tickets', 'this.#heard.voidAll();', ''),
  copies(
    'what is evicted leaves no name behind',
    'this.#groups.remove(copy.group, id);\n      this.counts.evicted += 1;',
    'this.counts.evicted += 1;',
  ),
  copies('what is past stale is not shown', 'if (copy && now < copy.shownUntil) {', 'if (copy) {'),
  heard(
    'tickets older than what was forgotten are void',
    "if (ticket < this.#knownSince) return 'overtaken';",
    '',
  ),
  heard('forgetting is remembered', 'this.#knownSince = Math.max(this.#knownSince, this.#closedAt);', ''),
  heard('versions heard out of order do not fall', 'else if (version > heard.version) rise', 'else rise'),
  heard('absence is not newer than any version', 'version ?? 0n)', 'version ?? heard.version)'),
  heard(
    'a group that goes on changing is not forgotten',
    '?? this.#old.get(group) ?? neverHeard()',
    '?? neverHeard()',
  ),
  hot('hot ids do not flicker', 'followed.rank < this.#promoteAt / 2', 'followed.rank < this.#promoteAt'),
  hot('who loses the place is not hot', 'if (least.hot) this.#demote(least);', ''),
  hot('what was read long ago weighs less', 'this.#sketch.age((1 - 1 / this.#windows) ** passed);', ''),
  hot('rare ids take no place', 'if (estimate < this.#promoteAt * FOLLOW_AT) return;', ''),
  hot('the least goes only for who is read more', 'if (!least || least.rank >= reads) return false;', ''),
  hot('no more than K are followed', 'if (this.#heap.size < this.#topK) this', 'if (this) this'),
  heavy('a cell counts one id', 'if (count > 0 && this.#hashes[cell] === hash)', 'if (count > 0)'),
  heavy(
    'strangers hardly wear out what is heavy',
    'if (this.#random.float() >= (this.#odds[Math.floor(count)] ?? 0)) return 0;',
    '',
  ),
  s3('no value is larger than the map', 'if (bytes > this.#maxBytes) return false;', ''),
  s3(
    'who is replaced does not make room for itself',
    'queue.remove(held);\n    this.#makeRoom(bytes);',
    'this.#makeRoom(bytes);\n    queue.remove(held);',
  ),
  s3('who comes back is known', 'this.#ghosts.take(key) ? this.#main : this.#small', 'this.#small'),
  s3('what comes once has a tenth', 'const SMALL = 0.1;', 'const SMALL = 1;'),
  s3('what is used goes on', 'if (held.uses > 1) {', 'if (held.uses > 9) {'),
  s3('what is used stays', 'if (held.uses > 0) {', 'if (held.uses > 9) {'),
  patrol(
    'what was replaced meanwhile is not judged',
    'if (!copy?.fresh || copy.value !== before) return;',
    '',
  ),
  patrol('an older truth is not believed', '&& truth !== undefined) {', '&& false) {'),
  patrol('only fresh copies are compared', 'if (copy?.fresh) next', 'if (copy) next'),
  patrol('a truth has its time', 'late.abort(deadlineExceeded())', 'undefined'),
  patrol('closing ends the step', 'this.#closing.abort();', ''),
  patrol('closing ends the round', 'if (!this.#closing.signal.aborted) this.#arm', 'this.#arm'),
  patrol('what differs is dropped', 'copies.drop([id]);', ''),
  checksums('only fresh copies are told of', 'if (!copy?.fresh) continue;', 'if (!copy) continue;'),
];
