/** What a command has to say, for programs (`rows`) and for people (`lines`; a generated secret alone on the last). */
export interface CommandResult {
  rows: object[];
  lines: string[];
  /** Of the process. Default: 0. */
  exitCode?: number;
}
