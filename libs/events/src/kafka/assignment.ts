import { assignmentCodec } from './kafkajs.js';

const { MemberMetadata, MemberAssignment } = assignmentCodec;

/** What the members of a group must have in common. */
export const PROTOCOL = 'storey-modulo';

export const protocolsFor = (topic: string): readonly { name: string; metadata: Buffer }[] => [
  { name: PROTOCOL, metadata: MemberMetadata.encode({ version: 1, topics: [topic] }) },
];

/** Partitions dealt out in turn, by the order of the members' ids. */
export function deal(
  topic: string,
  partitions: number,
  members: readonly { readonly memberId: string }[],
): readonly { memberId: string; memberAssignment: Buffer }[] {
  const ids = members.map(({ memberId }) => memberId).sort();
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return ids.map((memberId, turn) => {
    const assignment = { [topic]: all.filter((partition) => partition % ids.length === turn) };
    return { memberId, memberAssignment: MemberAssignment.encode({ version: 1, assignment }) };
  });
}

export const partitionsIn = (assignment: Buffer, topic: string): readonly number[] =>
  MemberAssignment.decode(assignment)?.assignment[topic] ?? [];
