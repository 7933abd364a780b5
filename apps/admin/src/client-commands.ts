import type { AdminClientsService } from '#libs/oauth';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

/** Most clients that one `client list` prints. */
const LIST_LIMIT = 1_000;

/** An operator at this machine: no address, and nobody who is signed in. */
const NOWHERE = { ip: null };

type Client = Awaited<ReturnType<AdminClientsService['read']>>;

/** `client …`: what an operator does with the applications that ask users for access. */
export async function runClientCommand(
  clients: AdminClientsService,
  { name: command, options }: Command,
): Promise<CommandResult> {
  if (command === 'client list') {
    const query = { search: options.search || undefined, page: 1, limit: LIST_LIMIT };
    const { items } = await clients.list(null, query);
    return { rows: items, lines: items.map(line) };
  }
  const client = await clients.readByClientId(null, options['client-id']);
  if (command === 'client delete') {
    await clients.delete(null, client.id, NOWHERE);
    return {
      rows: [client],
      lines: [`${client.clientId} is deleted, with everything that users allowed it.`],
    };
  }
  const disabled = command === 'client disable';
  const changed = await clients.setDisabled(null, client.id, disabled, NOWHERE);
  return { rows: [changed], lines: [`${client.clientId} is ${disabled ? 'disabled' : 'enabled'}.`] };
}

const line = ({ clientId, kind, name, disabledAt }: Client): string =>
  `${clientId}  ${kind}${disabledAt ? '  disabled' : ''}  ${name ?? ''}`.trimEnd();
