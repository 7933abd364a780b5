/** How one assistant is connected, for the front page. */
export interface ConnectStep {
  /** Anchor on the page. */
  id: string;
  client: string;
  /** What to do with the snippet, in one or two sentences. */
  instruction: string;
  /** What to copy. */
  snippet: string;
  /** Said after the snippet. */
  note?: string;
}

const NAME = 'modelrunner';

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/**
 * The guide with this server's own address filled in.
 *
 * @param secure whether the address is https: assistants that connect from their maker's cloud take no other
 */
export function connectGuide(mcpUrl: string, secure: boolean): ConnectStep[] {
  const bridge = { command: 'npx', args: ['-y', 'mcp-remote', mcpUrl] };
  return [
    secure ? claudeDesktop(mcpUrl) : claudeDesktopLocal(bridge),
    {
      id: 'claude-code',
      client: 'Claude Code',
      instruction: 'Run this in a terminal, then type /mcp in Claude Code and choose to authenticate.',
      snippet: `claude mcp add --transport http ${NAME} ${mcpUrl}`,
    },
    {
      id: 'cursor',
      client: 'Cursor',
      instruction: 'Add this to ~/.cursor/mcp.json, then open Settings → MCP and choose to log in.',
      snippet: json({ mcpServers: { [NAME]: { url: mcpUrl } } }),
    },
    {
      id: 'vs-code',
      client: 'VS Code',
      instruction: 'Add this to .vscode/mcp.json in your project, then choose Start above the server’s name.',
      snippet: json({ servers: { [NAME]: { type: 'http', url: mcpUrl } } }),
    },
    {
      id: 'mcp-remote',
      client: 'Any other client',
      instruction: 'Clients that only start local programs connect through mcp-remote (needs Node.js).',
      snippet: json({ mcpServers: { [NAME]: bridge } }),
    },
  ];
}

function claudeDesktop(mcpUrl: string): ConnectStep {
  return {
    id: 'claude-desktop',
    client: 'Claude Desktop',
    instruction: 'Open Settings → Connectors → Add custom connector, and paste this address.',
    snippet: mcpUrl,
    note: 'The same works on claude.ai.',
  };
}

/** Connectors come from Anthropic's servers, which cannot reach this machine; a local bridge can. */
function claudeDesktopLocal(bridge: object): ConnectStep {
  return {
    id: 'claude-desktop',
    client: 'Claude Desktop',
    instruction:
      'Open Settings → Developer → Edit Config, add this to claude_desktop_config.json, and restart the app.',
    snippet: json({ mcpServers: { [NAME]: bridge } }),
    note: 'Needs Node.js. Once this server has a public https address, Settings → Connectors takes it directly.',
  };
}
