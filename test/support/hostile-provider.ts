import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { freePort } from './free-port.js';

export type Claims = Record<string, unknown>;

/** What the provider does wrong this time. What is left out it does right. */
export interface Behaviour {
  /** Changes of the description, of the ID token and of UserInfo; `undefined` takes a field away. */
  metadata?: Claims;
  claims?: Claims;
  userInfo?: Claims;
  /** How the ID token is signed; `other key` is one that nobody published. */
  signature?:
    'right' | 'other key' | 'none' | 'HS256 with the public key' | 'HS256 with the secret' | 'missing';
  kid?: string;
  /** Of the token response. */
  tokens?: Claims;
  /** By path: an answer that stands for the usual one. */
  answers?: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
}

const CLIENT_ID = 'modelrunner';
const SECRET = 'the secret of the hostile provider’s client';

/**
 * An OpenID provider that does whatever a test says, over HTTP and with real signatures. It has one person, who is
 * always signed in.
 */
export class HostileProvider {
  static readonly clientId = CLIENT_ID;
  static readonly secret = SECRET;

  behaviour: Behaviour = {};
  /** Fields of each token request, the last one last. */
  readonly tokenRequests: URLSearchParams[] = [];
  private readonly key = rsaKey();
  private readonly otherKey = rsaKey();
  /** What each code was asked for with. */
  private readonly codes = new Map<string, { nonce: string; challenge: string }>();

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(): Promise<HostileProvider> {
    const port = await freePort();
    const server = createServer();
    const provider = new HostileProvider(server, `http://127.0.0.1:${port}`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void provider.answer(request, response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return provider;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** What the authorization endpoint does: the address that the browser is sent back to. */
  authorize(address: string): URL {
    const asked = new URL(address).searchParams;
    const code = createHash('sha256').update(address).digest('base64url');
    this.codes.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '' });
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return back;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    const own = this.behaviour.answers?.[pathname];
    if (own) return own(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new URLSearchParams(Buffer.concat(chunks).toString());
    if (pathname === '/.well-known/openid-configuration') return send(response, this.metadata());
    if (pathname === '/jwks') return send(response, { keys: [this.publicJwk()] });
    if (pathname === '/token') return this.answerToken(body, response);
    if (pathname === '/userinfo') return send(response, { sub: 'ada', ...this.behaviour.userInfo });
    return send(response, { error: 'not_found' }, 404);
  }

  private metadata(): Claims {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      jwks_uri: `${this.issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
      ...this.behaviour.metadata,
    };
  }

  private answerToken(body: URLSearchParams, response: ServerResponse): void {
    this.tokenRequests.push(body);
    const asked = this.codes.get(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (!asked || asked.challenge !== challenge) return send(response, { error: 'invalid_grant' }, 400);
    const accessToken = 'an access token of the provider';
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: this.issuer,
      sub: 'ada',
      aud: CLIENT_ID,
      iat: now,
      exp: now + 300,
      nonce: asked.nonce,
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
      email: 'ada@example.com',
      email_verified: true,
      ...this.behaviour.claims,
    };
    const idToken = this.behaviour.signature === 'missing' ? undefined : this.jwt(claims);
    const tokens = { access_token: accessToken, token_type: 'Bearer', expires_in: 60, id_token: idToken };
    return send(response, { ...tokens, ...this.behaviour.tokens });
  }

  private jwt(claims: Claims): string {
    const { signature = 'right', kid = 'the key' } = this.behaviour;
    const [alg] = /^HS256|^none/.exec(signature) ?? ['RS256'];
    const signed = [{ alg, kid }, claims].map((part) => encode(JSON.stringify(part))).join('.');
    return `${signed}.${this.signatureOf(signature, signed)}`;
  }

  private signatureOf(kind: NonNullable<Behaviour['signature']>, signed: string): string {
    if (kind === 'none') return '';
    if (kind.startsWith('HS256')) {
      const pem = this.key.publicKey.export({ type: 'spki', format: 'pem' });
      return createHmac('sha256', kind.endsWith('secret') ? SECRET : pem)
        .update(signed)
        .digest('base64url');
    }
    const { privateKey } = kind === 'other key' ? this.otherKey : this.key;
    return sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
  }

  private publicJwk(): object {
    return { ...this.key.publicKey.export({ format: 'jwk' }), kid: 'the key', use: 'sig', alg: 'RS256' };
  }
}

const rsaKey = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 });

const encode = (text: string): string => Buffer.from(text).toString('base64url');

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
