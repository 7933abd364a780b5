import dns, { type LookupAddress } from 'node:dns';
import { createServer, get, type RequestOptions, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectionFailure, RefusedAddress } from './connection-failure.js';
import { guardedConnection } from './guarded-connection.js';

let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((_, response) => response.end('private')).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
afterEach(() => jest.restoreAllMocks());

function statusOf(hostname: string, connection: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ hostname, port, ...connection }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

/** Answers for every name, in the place of a name server that lies. */
function nameServerSays(...answers: LookupAddress[][]): void {
  let asked = 0;
  const answer = (_name: string, _options: unknown, done: (error: null, found: LookupAddress[]) => void) =>
    done(null, answers[Math.min(asked++, answers.length - 1)] ?? []);
  jest.spyOn(dns, 'lookup').mockImplementation(answer as unknown as typeof dns.lookup);
}

const PRIVATE: LookupAddress = { address: '127.0.0.1', family: 4 };
const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 };

describe('guardedConnection', () => {
  it.each([
    ['loopback', [PRIVATE]],
    ['a public address and a private one', [PUBLIC, PRIVATE]],
    ['a private address inside IPv6', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['NAT64 for local use', [{ address: '64:ff9b:1::7f00:1', family: 6 }]],
    ['Teredo', [{ address: '2001:0:4136:e378:8000:63bf:3fff:fdd2', family: 6 }]],
    ['6to4', [{ address: '2002:7f00:1::', family: 6 }]],
    ['this host', [{ address: '0.0.0.0', family: 4 }]],
    ['NAT64', [{ address: '64:ff9b::7f00:1', family: 6 }]],
    ['CGNAT', [{ address: '100.64.0.1', family: 4 }]],
    ['link-local', [{ address: '169.254.169.254', family: 4 }]],
  ])('refuses a name that resolves to %s, before it connects', async (_, answer) => {
    nameServerSays(answer);
    const before = connections;
    await expect(statusOf('rebind.example', guardedConnection(false, false))).rejects.toThrow(RefusedAddress);
    expect(connections).toBe(before);
  });

  it('asks once, so that a second answer cannot differ from the first', async () => {
    nameServerSays([PRIVATE], [PUBLIC]);
    await expect(statusOf('rebind.example', guardedConnection(false, false))).rejects.toThrow(RefusedAddress);
    expect(dns.lookup).toHaveBeenCalledTimes(1);
  });

  it('refuses a literal private address, for which nobody is asked', async () => {
    const before = connections;
    await expect(statusOf('127.0.0.1', guardedConnection(false, false))).rejects.toThrow();
    expect(connections).toBe(before);
  });

  it('connects anywhere when private addresses are allowed', async () => {
    nameServerSays([PRIVATE]);
    expect(await statusOf('files.example', guardedConnection(false, true))).toBe(200);
  });
});

describe('connectionFailure', () => {
  it.each([
    [{ code: 'ENOTFOUND' }, 'has no known address (the host name does not exist)'],
    [{ code: 'ECONNRESET' }, 'closed the connection before everything had arrived'],
    [{ code: 'HPE_INVALID_CONSTANT' }, 'did not answer with valid HTTP'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'does not speak TLS as expected'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'has an expired TLS certificate'],
    [new AggregateError([{ code: 'ECONNREFUSED' }]), 'refused the connection'],
    [new Error('connect to 10.0.0.7'), 'did not answer as expected'],
    [undefined, 'did not answer as expected'],
  ])('%j: the server %s', (error, reason) => {
    expect(connectionFailure(error)).toBe(reason);
  });
});
