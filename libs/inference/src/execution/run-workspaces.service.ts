import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import type { LocalFile } from '#libs/engines';
import { InputFetcher } from '#libs/files';
import type { FileInput } from '../run-plan.js';

const ROOT = 'modelrunner-runs';

/** The private folder of each run: made before it, removed after it, whatever happens in between. */
@Injectable()
export class RunWorkspaces {
  private readonly logger = new Logger(RunWorkspaces.name);
  private readonly root: string;
  /** The folder of this process, named so that the next one can tell whether its owner still lives. */
  private readonly own = `${hostname()}-${process.pid}`;

  constructor(
    private readonly fetcher: InputFetcher,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.root = join(config.TEMP_DIR, ROOT);
  }

  /** Gives the work a fresh folder, and removes it afterwards. */
  async during<Result>(requestId: string, work: (dir: string) => Promise<Result>): Promise<Result> {
    const dir = await this.create(`${requestId}-`);
    try {
      return await work(dir);
    } finally {
      await this.remove(dir);
    }
  }

  private async create(prefix: string): Promise<string> {
    const parent = join(this.root, this.own);
    try {
      return await mkdtemp(join(parent, prefix));
    } catch {
      // The first run of this process, or somebody cleared the temporary folder.
      await mkdir(parent, { recursive: true, mode: 0o700 });
      return mkdtemp(join(parent, prefix));
    }
  }

  /**
   * Downloads the files that an input names, each once and into a folder of its own.
   * @throws AppError unreachable_url, blocked_url, file_too_large, invalid_file
   */
  async download(files: FileInput[], dir: string, signal: AbortSignal): Promise<Map<string, LocalFile>> {
    const local = new Map<string, LocalFile>();
    for (const { url, accept, maxBytes } of files) {
      if (local.has(url)) continue;
      signal.throwIfAborted();
      const target = join(dir, 'inputs', String(local.size));
      await mkdir(target, { recursive: true });
      const limits = { maxBytes: maxBytes ?? this.config.MAX_FILE_BYTES, accept, signal };
      local.set(url, await this.fetcher.fetch(url, { dir: target }, limits));
    }
    return local;
  }

  /** Removes what processes of this machine left behind when they were killed. Called before the first run. */
  async removeStale(): Promise<void> {
    const host = `${hostname()}-`;
    const entries = await readdir(this.root).catch(() => []);
    const stale = entries.filter(
      (name) => name.startsWith(host) && !isAlive(Number(name.slice(host.length))),
    );
    for (const name of stale) await this.remove(join(this.root, name));
  }

  private async remove(dir: string): Promise<void> {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 }).catch((error: Error) =>
      this.logger.warn(`could not remove ${dir}: ${error.message}`),
    );
  }
}

/** This process counts as ended: before its first run, a folder of its own id is from an earlier process. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
