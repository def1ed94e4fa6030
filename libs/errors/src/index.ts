export { AppError, isAppError, toAppError, KINDS } from './app-error.js';
export type { AppErrorInit, ErrorDetails, FieldError, Kind } from './app-error.js';
export {
  cursorExpired,
  cursorInvalid,
  deadlineExceeded,
  invalidRequest,
  notFound,
  outcomeUnknown,
  rateLimited,
  unavailable,
  unprocessable,
} from './common.js';
export { isOutage } from './outage.js';
export { httpStatus, problemHeaders, toProblem } from './http.js';
export type { Problem } from './http.js';
export { ERROR_METADATA_KEY, decodeError, encodeError, grpcStatus } from './grpc.js';
