import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { CatalogRepository, type EntryRow } from './catalog.repository.js';
import { formatEndpoint, isEndpointPart, parseEndpoint, type EndpointName } from './endpoint-name.js';
import { CatalogCache } from './reads/catalog-cache.service.js';

/** Finds what a caller names as an endpoint, or says what they may have meant. */
@Injectable()
export class EndpointLookup {
  constructor(
    private readonly repository: CatalogRepository,
    private readonly cache: CatalogCache,
  ) {}

  /**
   * @returns the entry, which is frozen: other callers share it
   * @throws AppError `invalid_request` (not an endpoint), `endpoint_not_found` (with the nearest names)
   */
  async find(actor: Actor, endpoint: unknown): Promise<EntryRow> {
    const name = await this.parse(endpoint);
    const endpointName = formatEndpoint(name);
    const entry = await this.cache.get({
      key: `entry:${endpointName}`,
      load: () => this.repository.find(name, actor.userId),
      isForAll: (found) => found.isForAll,
    });
    return entry ?? this.refuse(endpointName, name);
  }

  /** An alias alone is a frequent slip; the nearest endpoints help more than the rule about the form. */
  private async parse(endpoint: unknown): Promise<EndpointName> {
    const alias = typeof endpoint === 'string' ? endpoint.trim().toLowerCase() : '';
    if (isEndpointPart(alias)) return this.refuse(alias, { owner: '', alias });
    return parseEndpoint(endpoint);
  }

  private async refuse(given: string, name: EndpointName): Promise<never> {
    const nearest = await this.repository.nearest(name);
    const nextStep = nearest.length
      ? `The nearest endpoints are: ${nearest.join(', ')}.`
      : 'Find endpoints with search, recommended_models or list_models.';
    throw new AppError('endpoint_not_found', `There is no endpoint ${given}.`, { nextStep });
  }
}
