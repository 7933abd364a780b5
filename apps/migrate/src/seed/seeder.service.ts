import { basename } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, UsersService } from '#libs/accounts';
import { CatalogImporter } from '#libs/catalog';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import type { ModelCard } from '#libs/engines';
import { AppError } from '#libs/errors';
import { FilesService, FOR_EVER } from '#libs/files';
import { type Asset, type SeedContent, thumbnailAsset, withUrls } from './seed-content.js';

/** Every key of a stored file has this many lower-case letters and digits. */
const KEY_LENGTH = 40;

const BY_RELEASE = { ip: null, origin: 'release' } as const;

/** The administrator that was made just now. */
export interface FirstAdmin {
  email: string;
  /** Unset when it is the one from ADMIN_PASSWORD; null when the identity provider is the only way in. */
  password?: string | null;
}

/** Writes what this release brings through the same services that people use. */
@Injectable()
export class Seeder {
  constructor(
    private readonly users: UsersService,
    private readonly files: FilesService,
    private readonly catalog: CatalogImporter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @returns the administrator when there was none with that address */
  async ensureAdmin(): Promise<FirstAdmin | undefined> {
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD, LOCAL_PASSWORDS } = this.config;
    const chosen = LOCAL_PASSWORDS ? ADMIN_PASSWORD : null;
    const { created, password } = await this.users.ensureAdmin(email, chosen);
    return created ? { email, password } : undefined;
  }

  /**
   * Models and wrappers are brought to this release's state, those aside that people have edited; a curated list is
   * written only where there is none.
   */
  async applyCatalog(content: SeedContent): Promise<void> {
    const urls = await this.storeAssets(content.assets);
    await this.catalog.importModels(
      null,
      content.cards.map((card) => this.definitionOf(card, urls)),
      BY_RELEASE,
    );
    await this.catalog.importWrappers(null, withUrls(content.wrappers, urls), BY_RELEASE);
    for (const { kind, category, items } of content.recommendations) {
      await this.catalog.setRecommendations(null, kind, category, items, { onlyIfEmpty: true });
    }
  }

  private definitionOf(card: ModelCard, urls: ReadonlyMap<string, string>) {
    const { thumbnail, ...shown } = card;
    return {
      ...withUrls(shown, urls),
      engine: 'local',
      engineSettings: { model: card.alias },
      thumbnailUrl: thumbnail ? urls.get(thumbnailAsset(card.alias, thumbnail)) : null,
    };
  }

  /** @returns the public URL of each asset by its name */
  private async storeAssets(assets: ReadonlyMap<string, Asset>): Promise<Map<string, string>> {
    const owner = await this.administrator();
    const urls = new Map<string, string>();
    for (const [name, asset] of assets) urls.set(name, await this.storeOnce(owner, asset));
    return urls;
  }

  /** The key is made from the content: the same file is stored once, and a changed one gets a URL of its own. */
  private async storeOnce(owner: Actor, { path, sha256 }: Asset): Promise<string> {
    const key = sha256.slice(0, KEY_LENGTH);
    const url = `${this.config.issuer}/media/${key}`;
    if (await this.files.findByKey(key)) return url;
    try {
      const stored = await this.files.storeAs(
        key,
        owner.userId,
        { path },
        { fileName: basename(path), expiresAt: FOR_EVER },
      );
      return stored.url;
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict') return url;
      throw error;
    }
  }

  private async administrator(): Promise<Actor> {
    const user = await this.users.findByEmail(this.config.ADMIN_EMAIL);
    if (!user) throw new Error(`there is no user ${this.config.ADMIN_EMAIL}`);
    return { userId: user.id, email: user.email, role: user.role, clientId: null };
  }
}
