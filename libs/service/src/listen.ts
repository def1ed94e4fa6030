import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { StartError } from './start-error.js';

/** @returns the port that was taken. @throws StartError when it is not to be had. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new StartError(`Port ${port} on ${host} is in use. Set PORT to a free one.`, { cause: error });
  if (error.code === 'EACCES')
    return new StartError(`Port ${port} may not be used by this user. Set PORT to 1024 or more.`, {
      cause: error,
    });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new StartError(`HOST ${host} is no address of this machine.`, { cause: error });
  return error;
}
