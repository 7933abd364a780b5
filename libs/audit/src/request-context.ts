/** Where a change was asked from. Handed down to whatever writes the audit trail. */
export interface RequestContext {
  /** Address of the caller, behind trusted proxies; null for an operator's command. */
  ip: string | null;
}
