export * as account from './gen/storey/account/v1/account_pb.js';
export * as comment from './gen/storey/comment/v1/comment_pb.js';
export * as history from './gen/storey/history/v1/history_pb.js';
export * as commentEvents from './gen/storey/events/v1/comment_events_pb.js';
export * as historyEvents from './gen/storey/events/v1/history_events_pb.js';
export * as userEvents from './gen/storey/events/v1/user_events_pb.js';
export * as cacheEvents from './gen/storey/events/v1/cache_events_pb.js';
