export { Rpc } from './rpc.js';
export type { ClientOptions, StrategyOptions } from './rpc.js';
export { openRpc } from './open-rpc.js';
export type { RpcOptions, RpcUrls } from './open-rpc.js';
export { InprocHub } from './inproc.js';
export { RpcController } from './rpc-controller.js';
export { RpcErrorFilter, rpcErrors } from './rpc-errors.js';
export { RpcServer } from './rpc-server.js';
export type { CallOptions, Handlers, RpcClient } from './typed.js';
