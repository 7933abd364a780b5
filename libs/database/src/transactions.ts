import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Runs a piece of work in one transaction: all of it happens, or none. */
@Injectable()
export class Transactions {
  constructor(private readonly dataSource: DataSource) {}

  run<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(work);
  }
}
