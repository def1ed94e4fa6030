import { type comment as contract } from '@storey/contracts';
import { viewerJson } from '../comment-json.js';

/** What stands where somebody signed in has nothing of his own: he has not reacted, and may report what is visible. */
const NOBODYS = {
  reaction: 'none',
  canEdit: false,
  canDelete: false,
  canPin: false,
  canReport: true,
  blocked: false,
} as const;

const VISIBLE = JSON.stringify(NOBODYS);
const TOMBSTONE = JSON.stringify({ ...NOBODYS, canReport: false });

/** The `viewer` of a comment to a signed-in reader of whom nothing else is known. */
export const usualViewer = (visible: boolean): string => (visible ? VISIBLE : TOMBSTONE);

/** There are some hundred different ones at most. */
const KNOWN = new Map<number, string>();

export function viewerText(viewer: contract.Viewer): string {
  const { reaction, canEdit, canDelete, canPin, canReport, blocked } = viewer;
  const flags = [canEdit, canDelete, canPin, canReport, blocked];
  const key = flags.reduce((sum, flag) => sum * 2 + Number(flag), reaction);
  const known = KNOWN.get(key) ?? JSON.stringify(viewerJson(viewer));
  KNOWN.set(key, known);
  return known;
}
