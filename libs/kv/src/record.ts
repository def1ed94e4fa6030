import { crc32 } from 'node:zlib';
import { ByteReader, type ByteWriter } from './byte-buffer.js';
import { type Effect } from './effect.js';
import { decodeEffect, encodeEffect } from './effect-codec.js';

/**
 * A record is the effects of one verb: payload length, crc32 of the payload, crc32 of those eight bytes, payload.
 * The header has a sum of its own so that a record cut short, which a killed process leaves, can be told from one
 * whose length was damaged.
 */
export const HEADER_BYTES = 12;

/** Stands at the start of every journal. */
export const MAGIC = Buffer.from('storey-kv 1\n', 'latin1');

/** Far above the largest verb; a longer record is damage. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export function writeRecord(out: ByteWriter, effects: Iterable<Effect>): void {
  const start = out.length;
  for (let i = 0; i < HEADER_BYTES / 4; i += 1) out.u32(0);
  for (const effect of effects) encodeEffect(out, effect);
  const record = out.written(start);
  record.writeUInt32LE(record.length - HEADER_BYTES, 0);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES)), 4);
  record.writeUInt32LE(crc32(record.subarray(0, 8)), 8);
}

export type ReadRecord =
  | { readonly kind: 'record'; readonly length: number; readonly effects: readonly Effect[] }
  /** More bytes are needed; at the end of a file: it was cut short. */
  | { readonly kind: 'incomplete'; readonly needed: number }
  | { readonly kind: 'damaged' };

/** The record at the start of `bytes`. */
export function readRecord(bytes: Buffer): ReadRecord {
  if (bytes.length < HEADER_BYTES) return { kind: 'incomplete', needed: HEADER_BYTES };
  const payloadLength = bytes.readUInt32LE(0);
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(0, 8)) || payloadLength > MAX_PAYLOAD_BYTES) {
    return { kind: 'damaged' };
  }
  const length = HEADER_BYTES + payloadLength;
  if (bytes.length < length) return { kind: 'incomplete', needed: length };
  const payload = bytes.subarray(HEADER_BYTES, length);
  if (crc32(payload) !== bytes.readUInt32LE(4)) return { kind: 'damaged' };
  return { kind: 'record', length, effects: decodeAll(payload) };
}

function decodeAll(payload: Buffer): readonly Effect[] {
  const reader = new ByteReader(payload);
  const effects: Effect[] = [];
  while (!reader.done) effects.push(decodeEffect(reader));
  return effects;
}
