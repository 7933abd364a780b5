import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { addressKey, type RateLimit, RateLimiter } from '#libs/http';
import { hashSecret } from '#libs/secrets';

const MINUTE = 60;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;

/** A host of documents may be asked so many times as often by all callers together as by one. */
const CALLERS_PER_HOST = 12;

/** Whoever mistypes a password sees the form again; robots see it without end. */
const FORMS_PER_ATTEMPT = 10;

type LimitName =
  | 'register'
  | 'authorize'
  | 'clientDocument'
  | 'clientDocumentHost'
  | 'loginForm'
  | 'loginAddress'
  | 'loginAccount'
  | 'token'
  | 'tokenAddress';

/**
 * How often a caller may use each endpoint. Every method throws AppError `rate_limited` when that was too often. What
 * the caller typed is counted under its hash: people type passwords into the wrong field.
 */
@Injectable()
export class EndpointLimits {
  private readonly limits: Record<LimitName, RateLimit>;

  constructor(
    private readonly limiter: RateLimiter,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.limits = {
      register: { points: config.RATE_LIMIT_REGISTER_PER_HOUR, seconds: HOUR },
      authorize: { points: config.RATE_LIMIT_AUTHORIZE_PER_15_MIN, seconds: QUARTER },
      clientDocument: { points: config.RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE, seconds: MINUTE },
      clientDocumentHost: {
        points: CALLERS_PER_HOST * config.RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE,
        seconds: MINUTE,
      },
      loginForm: { points: FORMS_PER_ATTEMPT * config.RATE_LIMIT_LOGIN_PER_ADDRESS, seconds: QUARTER },
      loginAddress: { points: config.RATE_LIMIT_LOGIN_PER_ADDRESS, seconds: QUARTER },
      loginAccount: { points: config.RATE_LIMIT_LOGIN_PER_ACCOUNT, seconds: QUARTER },
      token: { points: config.RATE_LIMIT_TOKEN_PER_MINUTE, seconds: MINUTE },
      tokenAddress: { points: config.RATE_LIMIT_TOKEN_PER_ADDRESS, seconds: MINUTE },
    };
  }

  /** One registration of a client. */
  register(ip: string): Promise<void> {
    return this.consume('register', addressKey(ip));
  }

  /** One authorization request. */
  authorize(ip: string): Promise<void> {
    return this.consume('authorize', addressKey(ip));
  }

  /** One fetch of the document of a client that is known, so that nobody else's fetches can shut it out. */
  knownClientDocument(clientId: string): Promise<void> {
    return this.consume('clientDocument', clientId);
  }

  /**
   * One fetch of a document for a client that is not known. Counted for the caller and the host together first, so that
   * a caller with made-up addresses does not use up the host for everyone.
   */
  async newClientDocument(ip: string, origin: string): Promise<void> {
    await this.consume('clientDocument', `${addressKey(ip)} ${origin}`);
    await this.consume('clientDocumentHost', origin);
  }

  /** One look at the sign-in form by a browser without a session: each makes a row. */
  signInForm(ip: string): Promise<void> {
    return this.consume('loginForm', addressKey(ip));
  }

  /** One answer of the identity provider that belongs to no sign-in that began here. */
  strayAnswer(ip: string): Promise<void> {
    return this.consume('loginAddress', addressKey(ip));
  }

  /**
   * For the token and the revocation endpoint. A client cannot use up the requests of others that call from the same
   * address; and since anyone can make `client_id`s up, the address has a limit of its own above all clients.
   *
   * @param clientId as the request claims it, not yet authenticated
   */
  async token(ip: string, clientId: string | undefined): Promise<void> {
    const address = addressKey(ip);
    await this.consume('tokenAddress', address);
    await this.consume('token', `${address} ${hashSecret(clientId ?? '')}`);
  }

  /** One attempt to sign in to an account, counted before the password is looked at. */
  async signIn(ip: string, account: string): Promise<void> {
    await this.consume('loginAddress', addressKey(ip));
    await this.consume('loginAccount', hashSecret(account));
  }

  /**
   * The attempt was good and counts no more. The account's failures are forgotten; those of the address are not, or a
   * valid account would buy a fresh row of guesses at others.
   */
  async signInSucceeded(ip: string, account: string): Promise<void> {
    await this.limiter.refund(bucket('loginAddress'), addressKey(ip), this.limits.loginAddress);
    await this.limiter.reset(bucket('loginAccount'), hashSecret(account), this.limits.loginAccount);
  }

  private consume(name: LimitName, key: string): Promise<void> {
    return this.limiter.consume(bucket(name), key, this.limits[name]);
  }
}

const bucket = (name: LimitName): string => `oauth-${name}`;
