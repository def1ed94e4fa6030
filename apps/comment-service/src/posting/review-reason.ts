import { type Draft } from './rule.js';

/** Why a comment must wait for a moderator before others see it; empty when it need not. */
export const reviewReason = ({ subject }: Draft): string =>
  subject.policyMode === 'review_then_post' ? 'policy' : '';
