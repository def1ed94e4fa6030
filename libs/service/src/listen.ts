import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { StartError } from './start-error.js';

/**
 * @param setting what the operator changes when the port is not to be had.
 * @returns the port that was taken.
 * @throws StartError when it is not to be had.
 */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  setting = 'PORT',
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, { host, port, setting })),
    );
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

interface Wanted {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}

function listenError(error: NodeJS.ErrnoException, { host, port, setting }: Wanted): Error {
  if (error.code === 'EADDRINUSE')
    return new StartError(`Port ${port} on ${host} is in use. Set ${setting} to a free one.`, {
      cause: error,
    });
  if (error.code === 'EACCES')
    return new StartError(`Port ${port} may not be used by this user. Set ${setting} to 1024 or more.`, {
      cause: error,
    });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new StartError(`HOST ${host} is no address of this machine.`, { cause: error });
  return error;
}
