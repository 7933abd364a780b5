import { Controller, Get, Header } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventBus } from '#libs/queue';
import { AppError } from '#libs/errors';

/** For load balancers and orchestrators. */
@Controller()
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly events: EventBus,
  ) {}

  /** The process runs. It says whose it is: a second start asks whoever has its port. */
  @Get('healthz')
  @Header('cache-control', 'no-store')
  alive(): { status: string; service: string } {
    return { status: 'ok', service: 'modelrunner' };
  }

  /** The process can do its work: the database is there and migrated, events flow. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  async ready(): Promise<{ status: string }> {
    try {
      await this.dataSource.query('SELECT 1 FROM migrations LIMIT 1');
    } catch (cause) {
      throw new AppError('unavailable', 'The database is not reachable or not migrated.', {}, { cause });
    }
    if (!this.events.isReady) throw new AppError('unavailable', 'Events of other processes do not arrive.');
    return { status: 'ok' };
  }
}
