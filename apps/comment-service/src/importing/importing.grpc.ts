import { comment } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { ImportComments } from './import-comments.js';

@RpcController(comment.CommentService)
export class ImportingGrpc implements Pick<Handlers<typeof comment.CommentService>, 'import'> {
  constructor(private readonly importing: ImportComments) {}

  import({ source, items }: comment.ImportRequest) {
    return this.importing.execute({
      source,
      items: items.map((item) => ({
        ...item,
        subject: { type: item.subject?.type ?? '', oid: item.subject?.oid ?? '' },
        createdAt: Number(item.createdAtMs),
      })),
    });
  }
}
