import Handlebars from 'handlebars';

/** Handlebars' own syntax tree types (the library declares them as a global namespace). */
export type Program = hbs.AST.Program;
export type Expression = hbs.AST.Expression;
export type Call = Pick<hbs.AST.MustacheStatement, 'path' | 'params' | 'hash' | 'loc'>;

/** Number of arguments of each helper: [least, most]. There are no others. */
const HELPERS: Readonly<Record<string, readonly [number, number]>> = {
  lookup: [2, 2],
  eq: [2, 2],
  and: [2, 8],
  or: [2, 8],
  exists: [1, 1],
};

/** The built-in blocks that a template may use. */
const BLOCKS: readonly string[] = ['if', 'unless', 'each'];

/** Largest template, in UTF-8 bytes. */
export const MAX_TEMPLATE_BYTES = 50 * 1024;

/** Deepest nesting of blocks and subexpressions together. */
const MAX_NESTING = 16;

/** A construct that the template may not have, and where it stands (line from 1, column from 1). */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(
    problem: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`line ${line}, column ${column}: ${problem}`);
  }
}

/**
 * Parses a template with Handlebars' parser and holds it to the small language that wrappers have: variables,
 * `#if`, `#unless`, `#each` and the five {@link HELPERS}.
 *
 * @throws TemplateError at the first construct that is not allowed
 */
export function parseTemplate(source: string): Program {
  if (Buffer.byteLength(source) > MAX_TEMPLATE_BYTES) {
    throw new TemplateError(`the template is larger than ${MAX_TEMPLATE_BYTES / 1024} KB`, 1, 1);
  }
  refuseDeepNesting(source);
  const program = parse(source);
  checkProgram(program, source.split('\n'), 0);
  return program;
}

/** How deep the text may nest before the parser sees it. The exact bound is held on the tree. */
const MAX_NESTING_IN_TEXT = 4 * MAX_NESTING;

/**
 * The parser's time grows with the square of the nesting (35 s for 50 KB of brackets), so it is bounded before. Each
 * `{{else if}}` is one level deeper than the one before it.
 */
function refuseDeepNesting(source: string): void {
  const open: number[] = [];
  let brackets = 0;
  for (const match of source.matchAll(/\{\{+~?\s*(#|\/|\^(?!~?\}))?(else\s+[^~\s}])?|\}\}|[()]/g)) {
    const [token, block, chained] = match;
    if (token === '(') brackets += 1;
    else if (token === ')') brackets -= 1;
    else brackets = 0;
    if (block === '/') open.pop();
    else if (block) open.push(1);
    else if (chained) open.push((open.pop() ?? 0) + 1);
    const blocks = block || chained ? open.reduce((sum, levels) => sum + levels, 0) : 0;
    if (blocks > MAX_NESTING_IN_TEXT || brackets > MAX_NESTING_IN_TEXT) {
      const before = source.slice(0, match.index).split('\n');
      throw new TemplateError('this is nested too deeply', before.length, (before.at(-1)?.length ?? 0) + 1);
    }
  }
}

function parse(source: string): Program {
  try {
    return Handlebars.parse(source);
  } catch (error) {
    throw syntaxError(error as ParserError, source);
  }
}

/** The numbers are there for some mistakes only. */
type ParserError = Error & { lineNumber?: number; column?: number };

/**
 * For most mistakes the parser tells the place as a drawing: `Parse error on line 1:`, then the last 20 characters
 * before it (after `...` when there are more) and what follows, then a line of dashes up to a caret.
 */
function syntaxError(error: ParserError, source: string): TemplateError {
  const [headline = '', snippet = '', pointer = ''] = error.message.split('\n');
  if (error.lineNumber !== undefined) {
    return new TemplateError(headline.replace(/ - \d+:\d+$/, ''), error.lineNumber, (error.column ?? 0) + 1);
  }
  const line = Number(/on line (\d+)/.exec(headline)?.[1] ?? 1);
  const before = snippet.slice(0, Math.max(0, pointer.indexOf('^'))).replace(/^\.\.\./, '');
  const start = Math.max(0, source.split('\n')[line - 1]?.indexOf(before) ?? 0);
  return new TemplateError('this is not valid Handlebars syntax', line, start + before.length + 1);
}

function fail(problem: string, node: { loc?: hbs.AST.SourceLocation | null }): never {
  throw new TemplateError(problem, node.loc?.start.line ?? 1, (node.loc?.start.column ?? 0) + 1);
}

function checkProgram(program: Program | undefined, lines: string[], depth: number): void {
  for (const statement of program?.body ?? []) checkStatement(statement, lines, depth);
}

function checkStatement(statement: hbs.AST.Statement, lines: string[], depth: number): void {
  if (depth > MAX_NESTING) fail(`blocks may be nested at most ${MAX_NESTING} deep`, statement);
  switch (statement.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      return;
    case 'MustacheStatement':
      return checkMustache(statement as hbs.AST.MustacheStatement, depth);
    case 'BlockStatement':
      return checkBlock(statement as hbs.AST.BlockStatement, lines, depth);
    case 'PartialStatement':
    case 'PartialBlockStatement':
      return fail('partials are not allowed', statement);
    case 'Decorator':
    case 'DecoratorBlock':
      return fail('decorators and inline partials are not allowed', statement);
    default:
      return fail(`${statement.type} is not allowed`, statement);
  }
}

function checkMustache(statement: hbs.AST.MustacheStatement, depth: number): void {
  if (isCall(statement)) return checkCall(statement, depth);
  checkExpression(statement.path, depth);
}

function checkBlock(block: hbs.AST.BlockStatement, lines: string[], depth: number): void {
  const { line, column } = block.loc.start;
  if (lines[line - 1]?.startsWith('{{{{', column)) fail('raw blocks are not allowed', block);
  const name = simpleName(block.path);
  if (name === null || !BLOCKS.includes(name)) {
    fail(
      `#${block.path.original} is not a block; the blocks are ${BLOCKS.map((each) => `#${each}`).join(', ')}`,
      block,
    );
  }
  if (block.params.length !== 1) fail(`#${name} takes exactly one argument`, block);
  for (const pair of block.hash?.pairs ?? []) {
    if (name === 'each' || pair.key !== 'includeZero')
      fail(`#${name} takes no argument named ${pair.key}`, pair);
    checkExpression(pair.value, depth + 1);
  }
  block.params.forEach((param) => checkExpression(param, depth + 1));
  checkProgram(block.program, lines, depth + 1);
  checkProgram(block.inverse, lines, depth + 1);
}

/** A mustache is a call when it has arguments, or when its bare name is a helper's (as in Handlebars). */
export function isCall(call: Call): boolean {
  if (call.params.length > 0 || (call.hash?.pairs.length ?? 0) > 0) return true;
  const name = simpleName(call.path);
  return name !== null && (Object.hasOwn(HELPERS, name) || BLOCKS.includes(name));
}

function checkCall(call: Call, depth: number): void {
  const name = simpleName(call.path);
  const arity = name !== null && Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
  if (!arity) {
    const shown = String((call.path as hbs.AST.PathExpression).original);
    fail(`"${shown}" is not a helper; the helpers are ${Object.keys(HELPERS).join(', ')}`, call);
  }
  if (call.hash?.pairs.length) fail(`${name} takes no named arguments`, call);
  const [least, most] = arity;
  if (call.params.length < least || call.params.length > most) {
    fail(
      `${name} takes ${least === most ? least : `${least} to ${most}`} argument(s), not ${call.params.length}`,
      call,
    );
  }
  call.params.forEach((param) => checkExpression(param, depth + 1));
}

function checkExpression(expression: Expression, depth: number): void {
  if (depth > MAX_NESTING) fail(`expressions may be nested at most ${MAX_NESTING} deep`, expression);
  switch (expression.type) {
    case 'SubExpression':
      return checkCall(expression as hbs.AST.SubExpression, depth + 1);
    case 'PathExpression':
      return checkPath(expression as hbs.AST.PathExpression);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
    case 'UndefinedLiteral':
    case 'NullLiteral':
      return;
    default:
      return fail(`${expression.type} is not allowed here`, expression);
  }
}

const DATA_VARIABLES = ['root', 'index', 'key', 'first', 'last'];

function checkPath(path: hbs.AST.PathExpression): void {
  const [first] = path.parts;
  if (path.data && !DATA_VARIABLES.includes(String(first))) {
    fail(
      `@${String(first)} is unknown; there are ${DATA_VARIABLES.map((name) => `@${name}`).join(', ')}`,
      path,
    );
  }
  if (!path.parts.every((part) => typeof part === 'string')) fail('a path may not contain a call', path);
}

/** The name of a path of one plain word, such as a helper's; null for `a.b`, `../a`, `./a`, `@a` and literals. */
export function simpleName(path: Expression): string | null {
  if (path.type !== 'PathExpression') return null;
  const { parts, data, depth, original } = path as hbs.AST.PathExpression;
  const [name] = parts;
  return parts.length === 1 && !data && depth === 0 && original === name ? name : null;
}
