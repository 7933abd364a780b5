import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { ApiKeysService, IdentitiesService, UsersService } from '#libs/accounts';
import { CatalogImporter } from '#libs/catalog';
import { ConfigError, loadConfig, type AppConfig, warnOfMisspeltSettings } from '#libs/config';
import { AppError } from '#libs/errors';
import { StorageCheckService, StorageMove } from '#libs/files';
import { AdminQueuesService } from '#libs/inference';
import { createLogger } from '#libs/lifecycle';
import { AdminClientsService } from '#libs/oauth';
import { checkRedis } from '#libs/queue';
import { runningPostgresUrl } from '../../standalone/src/embedded-postgres.js';
import { adminModule } from './admin.module.js';
import { runClientCommand } from './client-commands.js';
import { asksForHelp, parseCommand, USAGE, UsageError, type Command } from './command-line.js';
import type { CommandResult } from './command-result.js';
import { runQueuesCommand } from './queues-command.js';
import { runKeyCommand } from './key-commands.js';
import { runImportCommand } from './model-commands.js';
import { runCheckCommand } from './storage-check-command.js';
import { runMoveCommand } from './storage-move-command.js';
import { runUserCommand } from './user-commands.js';

/** After a mistake: the whole list would scroll the sentence about it away. */
const HINT = 'npm run admin -- help lists the commands.';

/** `npm run admin -- …`: operator commands on the same configuration and services as the server. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return console.log(USAGE);
  const command = parseCommand(args);
  warnOfMisspeltSettings();
  const config = withDatabase(loadConfig());
  await checkRedis(config);
  const logger = createLogger({ ...config, LOG_LEVEL: 'error' }, 'admin');
  const app = await NestFactory.createApplicationContext(adminModule(config), {
    logger,
    abortOnError: false,
  });
  try {
    const result = await runCommand(app, command);
    print(command, result);
    process.exitCode = result.exitCode ?? 0;
  } finally {
    await app.close();
  }
}

function runCommand(app: INestApplicationContext, command: Command): Promise<CommandResult> {
  const [noun] = command.name.split(' ', 1);
  if (noun === 'client') return runClientCommand(app.get(AdminClientsService), command);
  if (noun === 'key') return runKeyCommand(app.get(UsersService), app.get(ApiKeysService), command);
  if (command.name === 'storage check') return runCheckCommand(app.get(StorageCheckService), command);
  if (command.name === 'storage move') return runMoveCommand(app.get(StorageMove), command);
  if (noun === 'queues') return runQueuesCommand(app.get(AdminQueuesService));
  if (noun === 'models' || noun === 'wrappers') return runImportCommand(app.get(CatalogImporter), command);
  return runUserCommand(app.get(UsersService), app.get(IdentitiesService), command);
}

/** The server's own database: `DATABASE_URL`, or the embedded one that runs under `DATA_DIR` right now. */
function withDatabase(config: AppConfig): AppConfig {
  const url = config.DATABASE_URL ?? runningPostgresUrl(config.DATA_DIR);
  if (url) return { ...config, DATABASE_URL: url };
  throw new ConfigError(`No server runs on ${config.DATA_DIR}. Start it, or set DATABASE_URL.`);
}

function print(command: Command, result: CommandResult): void {
  if (command.json) console.log(JSON.stringify(result.rows));
  else for (const line of result.lines) console.log(line);
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(process.argv.length === 2 ? `${error.message}\n\n${USAGE}` : `${error.message}\n${HINT}`);
    process.exit(2);
  }
  const fields = error instanceof AppError ? (error.details.validationErrors ?? []) : [];
  const unlisted = error instanceof AppError ? (error.details.totalProblems ?? 0) - fields.length : 0;
  const more = unlisted > 0 ? [`  and ${unlisted} more`] : [];
  const known = error instanceof AppError || error instanceof ConfigError;
  console.error(
    known ? [error.message, ...fields.map((f) => `  ${f.path} ${f.message}`), ...more].join('\n') : error,
  );
  process.exit(1);
}
