import { toBinary, type DescFile, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { type Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

/** Lets tools like grpcurl ask what `services` there are. */
export function addReflection(server: Server, services: readonly DescService[]): void {
  const described = services.map(({ typeName, file }) => [typeName, describedBy(filesOf(file))] as const);
  const names = services.map(({ typeName }) => typeName);
  new ReflectionService(Object.fromEntries(described), { services: names }).addToServer(server);
}

/** The only entry that reflection reads; it takes everything from the files. */
const describedBy = (fileDescriptorProtos: Buffer[]) => ({
  format: 'Protocol Buffer 3 DescriptorProto' as const,
  type: {},
  fileDescriptorProtos,
});

/** A file after those it imports, in protobuf's own encoding. */
function filesOf(file: DescFile): Buffer[] {
  const all = new Set<DescFile>();
  const add = (one: DescFile): void => {
    for (const dependency of one.dependencies) if (!all.has(dependency)) add(dependency);
    all.add(one);
  };
  add(file);
  return [...all].map(({ proto }) => Buffer.from(toBinary(FileDescriptorProtoSchema, proto)));
}
