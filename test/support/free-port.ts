/** For the libs' own test benches, which may use `test/support` and no app. */
export { freePort } from '../../apps/demo/src/own-server.js';
