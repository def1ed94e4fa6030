import { integer, oneOf, optionalText, text, url, type ConfigOf } from '@storey/config';
import { LOG_LEVELS } from '@storey/observability';

const SQL = ['sqlite', 'mysql', 'mysqls'];
const REDIS = ['redis', 'rediss', 'redis+cluster', 'rediss+cluster'];
const RPC = ['inproc', 'grpc', 'grpcs'];
const UPSTREAM = ['inproc', 'http', 'https'];

/** Settings that every app understands. An empty path in a URL means a file in DATA_DIR. */
export const platformConfig = {
  host: text('HOST', 'Address to listen on', '127.0.0.1'),
  port: integer('PORT', 'TCP port to listen on; 0 = any free one', 8080, 0, 65_535),
  dataDir: text('DATA_DIR', 'Folder of everything embedded adapters and secrets keep', './data'),
  logLevel: oneOf('LOG_LEVEL', 'Least severe log line written', LOG_LEVELS, 'info'),
  limits: oneOf('LIMITS', 'All rate limits', ['on', 'off'], 'on'),
  sqlAccountUrl: url('SQL_ACCOUNT_URL', 'Database of accounts', 'sqlite:', SQL),
  sqlCommentUrl: url('SQL_COMMENT_URL', 'Database of comments', 'sqlite:', SQL),
  sqlHistoryUrl: url('SQL_HISTORY_URL', 'Database of history', 'sqlite:', SQL),
  sqlOpenings: integer(
    'SQL_OPENINGS',
    'Databases of one MySQL server that processes open, each process counted for each; twice "pool" connections for each must fit',
    7,
    1,
    10_000,
  ),
  kvStateUrl: url('KV_STATE_URL', 'Key-value store that may not lose anything', 'file:', ['file', ...REDIS]),
  kvCacheUrl: url('KV_CACHE_URL', 'Key-value store that may lose everything', 'memory:', [
    'memory',
    ...REDIS,
    'redis+ring',
    'rediss+ring',
  ]),
  eventsUrl: url('EVENTS_URL', 'Event log', 'sqlite:', ['sqlite', 'kafka', 'kafkas']),
  searchUrl: url('SEARCH_URL', 'Full-text search', 'sqlite:', ['sqlite', 'http', 'https']),
  rpcAccountUrl: url('RPC_ACCOUNT_URL', 'account-service, and the port it serves on', 'inproc:', RPC),
  rpcCommentUrl: url('RPC_COMMENT_URL', 'comment-service, and the port it serves on', 'inproc:', RPC),
  rpcHistoryUrl: url('RPC_HISTORY_URL', 'history-service, and the port it serves on', 'inproc:', RPC),
  upstreamWebUrl: url(
    'UPSTREAM_WEB_URL',
    'web-bff for the gateway, and the port it serves on',
    'inproc:',
    UPSTREAM,
  ),
  upstreamAppUrl: url(
    'UPSTREAM_APP_URL',
    'app-bff for the gateway, and the port it serves on',
    'inproc:',
    UPSTREAM,
  ),
  upstreamAdminUrl: url(
    'UPSTREAM_ADMIN_URL',
    'admin-bff for the gateway, and the port it serves on',
    'inproc:',
    UPSTREAM,
  ),
  internalSecret: optionalText(
    'INTERNAL_SECRET',
    '32 bytes or more in base64url that sign tokens between apps; default: made once in DATA_DIR',
  ),
  cursorSecret: optionalText(
    'CURSOR_SECRET',
    '32 bytes or more in base64url that sign cursors; default: made once in DATA_DIR',
  ),
  killAt: optionalText(
    'KILL_AT',
    'Fault point for tests: <point>:<nth>[:kill|stop|throw]; refused in production',
  ),
  nodeEnv: text('NODE_ENV', 'production refuses fault points', ''),
} as const;

export type PlatformConfig = ConfigOf<typeof platformConfig>;
