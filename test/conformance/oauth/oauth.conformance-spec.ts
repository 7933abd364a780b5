import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../apps/demo/src/own-server.js';
import { Bench } from './bench.js';
import { missingRows, renderTable } from './row.js';
import { discoveryRows } from './discovery.rows.js';
import { resourceServerRows } from './resource-server.rows.js';
import { authorizationRows } from './authorization.rows.js';
import { authorizationRequestRows } from './authorization-request.rows.js';
import { authorizationAnswerRows } from './authorization-answer.rows.js';
import { signInRows } from './sign-in.rows.js';
import { consentAnswerRows } from './consent-answer.rows.js';
import { pageHeaderRows } from './page-headers.rows.js';
import { sessionRows } from './session.rows.js';
import { browserRows } from './browser.rows.js';
import { upstreamRows } from './upstream.rows.js';
import { accountRows } from './account.rows.js';
import { codeGrantRows } from './code-grant.rows.js';
import { tokenEndpointRows } from './token-endpoint.rows.js';
import { hostileTokenRequestRows } from './hostile-token-requests.rows.js';
import { refreshRows } from './refresh.rows.js';
import { refreshLimitRows } from './refresh-limits.rows.js';
import { refreshFailureRows } from './refresh-failure.rows.js';
import { revocationRows } from './revocation.rows.js';
import { registrationRows } from './registration.rows.js';
import { clientIdMetadataRows } from './client-id-metadata.rows.js';
import { operationsRows } from './operations.rows.js';
import { atRestRows } from './at-rest.rows.js';

const TABLE = join(ROOT, 'docs/oauth-conformance.md');

/**
 * The whole matrix in one file and one process, because the last rows look at what all the others left behind.
 * One row: `npx jest test/conformance -t 'T8 '`.
 */
describe('OAuth conformance', () => {
  let bench: Bench;
  const theBench = (): Bench => bench;

  beforeAll(async () => void (bench = await Bench.start()), 120_000);
  afterAll(() => bench?.stop(), 30_000);

  describe('discovery', () => discoveryRows(theBench));
  describe('the resource server', () => resourceServerRows(theBench));
  describe('the authorization endpoint', () => authorizationRows(theBench));
  describe('an authorization request', () => authorizationRequestRows(theBench));
  describe('an authorization answer', () => authorizationAnswerRows(theBench));
  describe('sign-in and consent', () => signInRows(theBench));
  describe('the answer to a consent', () => consentAnswerRows(theBench));
  describe('the pages', () => pageHeaderRows(theBench));
  describe('session and password', () => sessionRows(theBench));
  describe('consent in a browser', () => browserRows(theBench));
  describe('upstream sign-in', () => upstreamRows(theBench));
  describe('the account', () => accountRows(theBench));
  describe('the code grant', () => codeGrantRows(theBench));
  describe('the token endpoint', () => tokenEndpointRows(theBench));
  describe('hostile token requests', () => hostileTokenRequestRows(theBench));
  describe('refresh', () => refreshRows(theBench));
  describe('the limits of a refresh', () => refreshLimitRows(theBench));
  describe('refreshes that are cut off', () => refreshFailureRows(theBench));
  describe('revocation', () => revocationRows(theBench));
  describe('registration', () => registrationRows(theBench));
  describe('client ID metadata documents', () => clientIdMetadataRows(theBench));
  describe('operations', () => operationsRows(theBench));
  describe('what is left at rest', () => atRestRows(theBench));

  it('has a test for every row', () => expect(missingRows()).toEqual([]));

  it('is what docs/oauth-conformance.md says', async () => {
    const table = renderTable();
    if (process.env.WRITE_CONFORMANCE) await writeFile(TABLE, table);
    expect(await readFile(TABLE, 'utf8')).toBe(table);
  });
});
