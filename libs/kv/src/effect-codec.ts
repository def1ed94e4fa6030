import { type ByteReader, type ByteWriter } from './byte-buffer.js';
import { type Effect, type FieldWrite } from './effect.js';
import { type Scored } from './kv.js';

/** The bytes of effects in a journal. Numbers are never given a new meaning; a new effect gets a new one. */
const OPS = [
  '',
  'put',
  'delete',
  'expire',
  'setFields',
  'deleteFields',
  'addScored',
  'removeScored',
  'flush',
];

export function encodeEffect(out: ByteWriter, effect: Effect): void {
  out.u8(OPS.indexOf(effect.op));
  if (effect.op === 'flush') return;
  out.text(effect.key);
  switch (effect.op) {
    case 'put':
      out.double(effect.expiresAt);
      return out.bytes(effect.value);
    case 'delete':
      return;
    case 'expire':
      return out.double(effect.expiresAt);
    case 'setFields':
      out.double(effect.expiresAt ?? NaN);
      return writeList(out, effect.fields, writeField);
    case 'addScored':
      out.double(effect.expiresAt ?? NaN);
      return writeList(out, effect.members, writeScored);
    case 'deleteFields':
      return writeList(out, effect.fields, writeText);
    case 'removeScored':
      return writeList(out, effect.members, writeText);
  }
}

/** @throws RangeError when the bytes mean nothing. */
export function decodeEffect(from: ByteReader): Effect {
  const op = OPS[from.u8()];
  if (op === 'flush') return { op };
  const key = from.text();
  switch (op) {
    case 'put': {
      const expiresAt = from.double();
      return { op, key, expiresAt, value: from.bytes() };
    }
    case 'delete':
      return { op, key };
    case 'expire':
      return { op, key, expiresAt: from.double() };
    case 'setFields': {
      const expiresAt = readLife(from);
      return { op, key, expiresAt, fields: readList(from, readField) };
    }
    case 'addScored': {
      const expiresAt = readLife(from);
      return { op, key, expiresAt, members: readList(from, readScored) };
    }
    case 'deleteFields':
      return { op, key, fields: readList(from, readText) };
    case 'removeScored':
      return { op, key, members: readList(from, readText) };
    default:
      throw new RangeError(`There is no such effect: ${String(op)}.`);
  }
}

function readLife(from: ByteReader): number | undefined {
  const life = from.double();
  return Number.isNaN(life) ? undefined : life;
}

function writeField(out: ByteWriter, { field, value, origin }: FieldWrite): void {
  out.text(field);
  out.bytes(value);
  out.u8(origin ? 1 : 0);
  if (!origin) return;
  out.text(origin.device);
  out.double(origin.tie);
}

function readField(from: ByteReader): FieldWrite {
  const written = { field: from.text(), value: from.bytes() };
  if (from.u8() === 0) return written;
  return { ...written, origin: { device: from.text(), tie: from.double() } };
}

function writeScored(out: ByteWriter, { member, score }: Scored): void {
  out.text(member);
  out.double(score);
}

function readScored(from: ByteReader): Scored {
  return { member: from.text(), score: from.double() };
}

const writeText = (out: ByteWriter, text: string): void => out.text(text);
const readText = (from: ByteReader): string => from.text();

function writeList<T>(out: ByteWriter, list: readonly T[], write: (out: ByteWriter, item: T) => void): void {
  out.u32(list.length);
  for (const item of list) write(out, item);
}

function readList<T>(from: ByteReader, read: (from: ByteReader) => T): readonly T[] {
  const list: T[] = [];
  for (let left = from.u32(); left > 0; left -= 1) list.push(read(from));
  return list;
}
