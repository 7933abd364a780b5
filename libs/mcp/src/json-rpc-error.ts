/** JSON-RPC 2.0 §5.1, and the range that MCP servers use for what happened below the protocol. */
export const JSON_RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  internalError: -32603,
  transport: -32000,
} as const;

/** An error that answers no particular message: the message could not be read, or was not looked at. */
export function jsonRpcError(code: number, message: string) {
  return { jsonrpc: '2.0', error: { code, message }, id: null } as const;
}
