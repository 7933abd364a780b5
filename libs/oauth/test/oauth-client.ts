export * from '../../../test/support/oauth-client.js';
