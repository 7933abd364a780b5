import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, MoreThan, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { hashSecret } from '#libs/secrets';
import { TTL_MS } from '../lifetimes.js';
import { AuthorizationRequest } from './authorization-request.entity.js';

export interface NewAuthorizationRequest {
  /** Our id of the client. */
  clientId: string;
  redirectUri: string;
  state: string | null;
  scopes: string[];
  codeChallenge: string;
}

/** Authorization requests on their way through sign-in and consent, each bound to one browser. */
@Injectable()
export class AuthorizationRequestsService {
  constructor(
    @InjectRepository(AuthorizationRequest) private readonly requests: Repository<AuthorizationRequest>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  create(browserId: string, request: NewAuthorizationRequest): Promise<AuthorizationRequest> {
    return this.requests.save(
      this.requests.create({
        ...request,
        resource: this.config.mcpResource,
        browserHash: hashSecret(browserId),
        expiresAt: new Date(Date.now() + TTL_MS.authorizationRequest),
      }),
    );
  }

  /**
   * The undecided request of this id in this browser.
   * @throws AppError `forbidden`: unknown, over, already decided, or begun in another browser
   */
  async requirePending(browserId: string, id: string | undefined): Promise<AuthorizationRequest> {
    const found =
      id !== undefined && isUuid(id)
        ? await this.requests.findOneBy({
            id,
            browserHash: hashSecret(browserId),
            decidedAt: IsNull(),
            expiresAt: MoreThan(new Date()),
          })
        : null;
    if (found) return found;
    throw new AppError(
      'forbidden',
      'It was already answered, it took too long, or it began in another browser.',
      {
        nextStep: 'Go back to your assistant and connect again.',
      },
    );
  }

  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.requests.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }
}

function isUuid(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
