import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { FilesService } from '../records/files.service.js';
import { createStorage } from '../storage/create-storage.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import {
  addFindings,
  type CheckReport,
  faultsOf,
  type Finding,
  isSuspicious,
  newReport,
} from './check-report.js';
import { compare } from './compare.js';
import { KnownBytesRepository } from './known-bytes.repository.js';
import type { CheckOutcome, StorageCheck } from './storage-check.entity.js';
import { StorageChecksRepository } from './storage-checks.repository.js';

/** Bytes younger than this may belong to a file that is still being made. */
const GRACE_MS = 86_400_000;
/** Findings that are looked at again together. */
const BATCH = 200;

export interface CheckOptions {
  /** Puts right what was found, unless it is suspiciously much. */
  repair: boolean;
  /** Puts right even that. */
  force?: boolean;
  /** Files looked at so far, and about how many there are. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Compares what the database knows with what the storage holds. Whatever the number of files, it holds a page of
 * each: both are read in the order of the storage's keys.
 */
@Injectable()
export class StorageCheckService {
  constructor(
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly known: KnownBytesRepository,
    private readonly checks: StorageChecksRepository,
    private readonly files: FilesService,
  ) {}

  /**
   * Files without bytes, or with other bytes than they should have, are deleted, and their owners are told that they
   * are gone; bytes that no file has are deleted when they are a day old.
   * @throws AppError `conflict` while another check runs
   */
  async run(options: CheckOptions): Promise<StorageCheck> {
    const check = await this.checks.alone(() => this.recorded(options));
    if (!check) throw new AppError('conflict', 'A check of the storage is running already.');
    return check;
  }

  /** The newest first. */
  latest(limit: number): Promise<StorageCheck[]> {
    return this.checks.latest(limit);
  }

  private async recorded(options: CheckOptions): Promise<StorageCheck> {
    const id = await this.checks.begin();
    const report = newReport();
    try {
      return await this.checks.end(id, await this.check(report, options), report);
    } catch (error) {
      await this.checks.end(id, 'FAILED', report);
      throw error;
    }
  }

  /** Looks first and repairs in a second round, because only then it is known how much there is to repair. */
  private async check(report: CheckReport, options: CheckOptions): Promise<CheckOutcome> {
    const other = await otherStorage(this.config);
    for await (const findings of this.findings(report, options)) {
      addFindings(report, findings);
      if (other && !isSuspicious(report)) report.elsewhere += await countMissingIn(other, findings);
    }
    if (faultsOf(report) === 0) return 'CLEAN';
    if (!options.repair) return 'FOUND';
    if (isSuspicious(report) && !options.force) return 'HELD';
    for await (const findings of this.findings(newReport(), options)) {
      await this.repair(findings);
      report.repaired += findings.length;
    }
    return 'REPAIRED';
  }

  private async *findings(
    report: CheckReport,
    { onProgress, signal }: CheckOptions,
  ): AsyncGenerator<Finding[]> {
    const total = await this.known.count();
    const youngest = new Date(Date.now() - GRACE_MS);
    const rows = observed(this.known.all(), () => {
      signal?.throwIfAborted();
      if (report.rows % BATCH === 0) onProgress?.(report.rows, total);
    });
    let batch: Finding[] = [];
    for await (const finding of compare(rows, this.storage.list(), report, youngest)) {
      batch.push(finding);
      if (batch.length < BATCH) continue;
      yield this.stillTrue(batch);
      batch = [];
    }
    if (batch.length > 0) yield this.stillTrue(batch);
    onProgress?.(report.rows, total);
  }

  /** Both sides were read at different moments, while files came and went: what counts is what is there now. */
  private async stillTrue(findings: Finding[]): Promise<Finding[]> {
    const rows = await this.known.these(findings.map(({ storageKey }) => storageKey));
    const confirmed: Finding[] = [];
    for (const finding of findings) {
      const row = rows.get(finding.storageKey);
      const object = await this.storage.stat(finding.storageKey);
      const isStill =
        finding.fault === 'orphan' ? !row && object : row && row.size !== null && row.size !== object?.size;
      if (isStill) confirmed.push(finding);
    }
    return confirmed;
  }

  private async repair(findings: Finding[]): Promise<void> {
    const keysOf = (orphans: boolean) =>
      findings.filter(({ fault }) => (fault === 'orphan') === orphans).map(({ storageKey }) => storageKey);
    for (const key of keysOf(true)) await this.storage.delete(key);
    const broken = keysOf(false);
    await this.files.deleteByStorageKeys(broken);
    await this.known.deleteParts(broken);
    for (const key of broken) await this.storage.delete(key);
  }
}

/** Where files may still be, or be already, while they are moved; null where there is one storage only. */
async function otherStorage(config: AppConfig): Promise<StorageAdapter | null> {
  if (!config.S3_BUCKET) return null;
  return createStorage(config, config.STORAGE === 's3' ? 'disk' : 's3');
}

async function countMissingIn(storage: StorageAdapter, findings: Finding[]): Promise<number> {
  let count = 0;
  for (const { fault, storageKey } of findings) {
    if (fault === 'missing' && (await storage.stat(storageKey))) count += 1;
  }
  return count;
}

async function* observed<Item>(items: AsyncIterable<Item>, seen: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    seen();
    yield item;
  }
}
