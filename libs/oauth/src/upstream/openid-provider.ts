import { Inject, Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { addressOf, needsUserInfo, type ProvenIdentity } from './account-claims.js';
import type { PendingSignIn } from './pending-sign-ins.js';
import { discoveryFailureOf, failureOf, SignInFailure } from './sign-in-failure.js';
import { algorithmOf, matchesAccessTokenHash } from './token-hash.js';

/** Seconds that each request to the provider may take. */
const TIMEOUT_SECONDS = 5;

/** How long the provider's description is believed. */
const DISCOVERY_TTL_MS = 3_600_000;

/** Core §2: `sub` has at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

/** What a sign-in that begins now has to remember. */
export type NewSignIn = Pick<PendingSignIn, 'state' | 'nonce' | 'codeVerifier'>;

/** The OpenID provider that people sign in with: OpenID Connect Core §3.1 (authorization code flow) with PKCE. */
@Injectable()
export class OpenIdProvider {
  private discovered?: { configuration: Promise<Configuration>; until: number };

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** Where the provider answers; registered there, letter for letter. */
  private get redirectUri(): string {
    return `${this.config.issuer}/login/oidc/callback`;
  }

  /**
   * Core §3.1.2.1
   * @param chooseAccount ask who it is even if the provider knows somebody
   * @throws SignInFailure
   */
  async begin(chooseAccount: boolean): Promise<{ url: URL; signIn: NewSignIn }> {
    const configuration = await this.configuration();
    const signIn = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: this.config.OIDC_SCOPES,
      state: signIn.state,
      nonce: signIn.nonce,
      code_challenge: await calculatePKCECodeChallenge(signIn.codeVerifier),
      code_challenge_method: 'S256',
      ...(chooseAccount && { prompt: accountPrompt(configuration) }),
    });
    return { url, signIn };
  }

  /**
   * Checks the provider's answer (RFC 9207, state), exchanges the code (PKCE) and checks the ID token: signature,
   * issuer, audience, times, nonce, `at_hash` (Core §3.1.3.7 and §3.1.3.8).
   *
   * @param query the answer's query, as it came
   * @throws SignInFailure
   */
  async finish(query: string, signIn: NewSignIn): Promise<ProvenIdentity> {
    const configuration = await this.configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, new URL(`${this.redirectUri}?${query}`), {
        expectedState: signIn.state,
        expectedNonce: signIn.nonce,
        pkceCodeVerifier: signIn.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const { id_token: idToken, access_token: accessToken } = tokens;
      if (!claims || idToken === undefined || !SUBJECT.test(claims.sub)) {
        throw new SignInFailure('invalid_answer');
      }
      const { iss: issuer, sub: subject, at_hash: atHash } = claims;
      if (atHash !== undefined && !matchesAccessTokenHash(atHash, accessToken, algorithmOf(idToken))) {
        throw new SignInFailure('invalid_answer', {}, { cause: new Error('at_hash does not match') });
      }
      const asks = needsUserInfo(claims) && configuration.serverMetadata().userinfo_endpoint !== undefined;
      const userInfo = asks ? await fetchUserInfo(configuration, accessToken, subject) : undefined;
      return { issuer, subject, ...addressOf(claims, userInfo, this.config.OIDC_TRUST_EMAILS) };
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Discovered when it is needed first: this server starts without the provider, and a failure is tried again. */
  private configuration(): Promise<Configuration> {
    const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = this.config;
    if (issuer === undefined || clientId === undefined) {
      throw new AppError('not_found', 'This server has no identity provider to sign in with.');
    }
    if (this.discovered && this.discovered.until > Date.now()) return this.discovered.configuration;
    const configuration = this.discover(new URL(issuer), clientId);
    const entry = { configuration, until: Date.now() + DISCOVERY_TTL_MS };
    this.discovered = entry;
    configuration.catch(() => {
      if (this.discovered === entry) this.discovered = undefined;
    });
    return configuration;
  }

  /** OpenID Connect Discovery §4 */
  private async discover(issuer: URL, clientId: string): Promise<Configuration> {
    const { OIDC_CLIENT_SECRET: secret } = this.config;
    try {
      return await discovery(issuer, clientId, undefined, secret === undefined ? None() : byServer(secret), {
        timeout: TIMEOUT_SECONDS,
        // The signature is checked although the token comes straight from the provider: TLS may end elsewhere.
        execute: [
          enableNonRepudiationChecks,
          ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : []),
        ],
      });
    } catch (error) {
      throw discoveryFailureOf(error);
    }
  }
}

/** RFC 8414 §2: `client_secret_basic` where the provider does not say; providers hold clients to what they registered. */
function byServer(secret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
}

/** `select_account` shows a choice, but not every provider knows it; `login` is known by all (Core §3.1.2.1). */
function accountPrompt(configuration: Configuration): string {
  const supported = configuration.serverMetadata().prompt_values_supported;
  return Array.isArray(supported) && supported.includes('select_account') ? 'select_account' : 'login';
}
