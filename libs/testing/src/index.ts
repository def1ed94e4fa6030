export { InjectedFault, faultPoints } from './fault-points.js';
export type { FaultAction, FaultPointsOptions } from './fault-points.js';
export { eventually } from './eventually.js';
export { goldenMessages, goldenTypes } from './golden-messages.js';
export type { GoldenMessage } from './golden-messages.js';
export { freePort } from './free-port.js';
export { Ledger, readLedger } from './ledger.js';
export type { LedgerEntry, Outcome } from './ledger.js';
export { patient } from './patient.js';
export { realStores } from './real-stores.js';
export { RunningProcess, startProcess } from './start-process.js';
export type { Exit, StartOptions } from './start-process.js';
export { temporaryFolder } from './temporary-folder.js';
export type { TemporaryFolder } from './temporary-folder.js';
export {
  databaseSeeds,
  dropTestDatabases,
  mysqlTestUrl,
  testDatabaseUrl,
  useMysql,
} from './test-database.js';
export { ToxicProxy } from './toxic-proxy.js';
export type { Toxic, ToxicProxyOptions } from './toxic-proxy.js';
