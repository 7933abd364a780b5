import { Injectable } from '@nestjs/common';
import { type Actor, UsersService } from '#libs/accounts';
import { validateAgainst } from '#libs/catalog';
import type { OutputFile } from '#libs/engines';
import { AppError } from '#libs/errors';
import { FilesService, type StoredFile } from '#libs/files';
import type { Claim } from '../queueing/claims.repository.js';
import { outputFilesOf, withUrls } from './output-files.js';

export interface PublishedOutput {
  /** The engine's output with a URL in the place of each file. */
  output: Record<string, unknown>;
  files: StoredFile[];
}

/** Stands for a URL while the output is checked, before any file is stored. */
const PLACEHOLDER_URL = 'https://output.invalid/file';

/** Turns what an engine made into what the owner sees: checked against the schema, files stored under URLs. */
@Injectable()
export class RunOutputs {
  constructor(
    private readonly files: FilesService,
    private readonly users: UsersService,
  ) {}

  /**
   * Stores every file of the output, or none.
   * @throws AppError invalid_output with the failing paths, file_too_large, storage_full
   */
  async publish(claim: Claim, made: Record<string, unknown>, signal: AbortSignal): Promise<PublishedOutput> {
    assertFits(claim, made);
    const stored = new Map<OutputFile, StoredFile>();
    const files = new Set(outputFilesOf(made));
    if (files.size === 0) return { output: made, files: [] };
    const owner = await this.ownerOf(claim);
    try {
      for (const file of files) {
        signal.throwIfAborted();
        const { path, fileName, contentType } = file;
        stored.set(
          file,
          await this.files.store(owner, { path }, { fileName, contentType, requestId: claim.id }),
        );
      }
    } catch (error) {
      await this.discard([...stored.values()]);
      throw error;
    }
    return { output: withUrls(made, (file) => stored.get(file)?.url ?? ''), files: [...stored.values()] };
  }

  /** Deletes what one attempt stored; another attempt's files stay. */
  async discard(files: StoredFile[]): Promise<void> {
    for (const { id } of files) await this.files.deleteById(id);
  }

  /** Deletes what earlier attempts left when their workers died. */
  async discardEarlier(requestId: string): Promise<void> {
    await this.files.deleteByRequest(requestId);
  }

  private async ownerOf(claim: Claim): Promise<Actor> {
    const user = await this.users.findById(claim.userId);
    if (user === null) throw new AppError('cancelled', 'The account of this request is gone.');
    return { userId: user.id, email: user.email, role: user.role, clientId: claim.clientId };
  }
}

function assertFits({ runPlan }: Claim, made: Record<string, unknown>): void {
  const errors = validateAgainst(
    runPlan?.outputSchema ?? {},
    withUrls(made, () => PLACEHOLDER_URL),
  );
  if (errors.length > 0) throw new AppError('invalid_output', undefined, { validationErrors: errors });
}
