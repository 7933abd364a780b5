export { connectionFailure, RefusedAddress } from './connection-failure.js';
export { assertFetchableUrl, blockedUrl, describeUrl } from './fetchable-url.js';
export { guardedConnection } from './guarded-connection.js';
export { isPrivateHost } from './public-address.js';
