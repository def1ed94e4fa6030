import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { comment as contract } from '@storey/contracts';
import fc from 'fast-check';
import { viewerJson } from '../comment-json.js';
import { usualViewer, viewerText } from './viewer-text.js';

const { Reaction } = contract;
const viewers = fc.record({
  reaction: fc.constantFrom(Reaction.NONE, Reaction.LIKE, Reaction.DISLIKE),
  canEdit: fc.boolean(),
  canDelete: fc.boolean(),
  canPin: fc.boolean(),
  canReport: fc.boolean(),
  blocked: fc.boolean(),
});

describe('the text of a viewer', () => {
  it('are his JSON, and no other’s', () => {
    fc.assert(
      fc.property(viewers, (init) => {
        const viewer = create(contract.ViewerSchema, init);
        expect(viewerText(viewer)).toBe(JSON.stringify(viewerJson(viewer)));
      }),
      { numRuns: 500 },
    );
  });

  it('are those of the usual one when he has nothing of his own', () => {
    for (const canReport of [true, false]) {
      const viewer = create(contract.ViewerSchema, { reaction: Reaction.NONE, canReport });
      expect(viewerText(viewer)).toEqual(usualViewer(canReport));
    }
  });
});
