import { isCall, simpleName, type Call, type Expression, type Program } from './template-syntax.js';

/** Bounds of one rendering. */
export interface RenderLimits {
  /** Nodes of the syntax tree visited. */
  steps: number;
  /** Characters of output. */
  outputLength: number;
  milliseconds: number;
}

const RENDER_LIMITS: RenderLimits = { steps: 50_000, outputLength: 100_000, milliseconds: 250 };

/** The rendering was stopped because it passed one of its {@link RenderLimits}. */
export class RenderLimitError extends Error {
  override readonly name = 'RenderLimitError';
}

/** What a path is looked up in: `this`, the frames around it, `@…` data and block parameters. */
interface Frame {
  context: unknown;
  parent?: Frame;
  data: Readonly<Record<string, unknown>>;
  blockParams: Readonly<Record<string, unknown>>;
}

/**
 * Renders a checked template (see `parseTemplate`) as Handlebars with `noEscape` would.
 *
 * The tree is walked here instead of being compiled by Handlebars: compiled code cannot be bounded (a template of
 * 50 KB can repeat an input of a megabyte ten thousand times), and a walk that only ever reads own properties has
 * no way to a prototype at all.
 *
 * @throws RenderLimitError
 */
export function renderTemplate(
  program: Program,
  context: Readonly<Record<string, unknown>>,
  limits: RenderLimits = RENDER_LIMITS,
  now: () => number = () => performance.now(),
): string {
  const renderer = new Renderer(limits, now);
  renderer.program(program, { context, data: { root: context }, blockParams: {} });
  return renderer.output();
}

class Renderer {
  private readonly chunks: string[] = [];
  private length = 0;
  private steps = 0;
  private readonly deadline: number;

  constructor(
    private readonly limits: RenderLimits,
    private readonly now: () => number,
  ) {
    this.deadline = now() + limits.milliseconds;
  }

  output(): string {
    return this.chunks.join('');
  }

  program(program: Program | undefined, frame: Frame): void {
    for (const statement of program?.body ?? []) {
      this.step();
      if (statement.type === 'ContentStatement') this.write((statement as hbs.AST.ContentStatement).value);
      else if (statement.type === 'MustacheStatement')
        this.mustache(statement as hbs.AST.MustacheStatement, frame);
      else if (statement.type === 'BlockStatement') this.block(statement as hbs.AST.BlockStatement, frame);
    }
  }

  private mustache(statement: hbs.AST.MustacheStatement, frame: Frame): void {
    this.write(
      toText(isCall(statement) ? this.call(statement, frame) : this.bareName(statement.path, frame)),
    );
  }

  /** Handlebars reads a literal in the place of a name as the name of a variable: `{{"first name"}}`. */
  private bareName(path: Expression, frame: Frame): unknown {
    if (path.type === 'PathExpression') return this.value(path, frame);
    return ownProperty(frame.context, String((path as hbs.AST.StringLiteral).original));
  }

  private block(block: hbs.AST.BlockStatement, frame: Frame): void {
    const argument = this.value(block.params[0] as Expression, frame);
    const name = simpleName(block.path);
    if (name === 'each') return this.each(block, argument, frame);
    const includeZero = block.hash?.pairs.some((pair) => this.value(pair.value, frame) === true) ?? false;
    const truthy = !isEmpty(argument) && (argument !== 0 || includeZero);
    this.program((name === 'if') === truthy ? block.program : block.inverse, frame);
  }

  private each(block: hbs.AST.BlockStatement, argument: unknown, frame: Frame): void {
    const entries: [string, unknown][] =
      typeof argument === 'object' && argument !== null ? Object.entries(argument) : [];
    if (entries.length === 0) return this.program(block.inverse, frame);
    const [valueName, keyName] = blockParamsOf(block);
    const isArray = Array.isArray(argument);
    entries.forEach(([key, context], index) => {
      this.step();
      const data = {
        ...frame.data,
        key: isArray ? index : key,
        index,
        first: index === 0,
        last: index === entries.length - 1,
      };
      const named = {
        ...(valueName !== undefined && { [valueName]: context }),
        ...(keyName !== undefined && { [keyName]: isArray ? index : key }),
      };
      this.program(block.program, {
        context,
        parent: frame,
        data,
        blockParams: { ...frame.blockParams, ...named },
      });
    });
  }

  private call(call: Call, frame: Frame): unknown {
    const values = call.params.map((param) => this.value(param, frame));
    const [first, second] = values;
    switch (simpleName(call.path)) {
      case 'lookup':
        return ownProperty(first, second);
      case 'eq':
        return first === second;
      case 'and':
        return values.at(values.findIndex((value) => !isTruthy(value)));
      case 'or':
        return values.at(values.findIndex(isTruthy)); // -1, none found, is the last
      case 'exists':
        return first !== undefined && first !== null && first !== '';
      default:
        return undefined; // parseTemplate lets no other name through
    }
  }

  private value(expression: Expression, frame: Frame): unknown {
    this.step();
    switch (expression.type) {
      case 'PathExpression':
        return resolvePath(expression as hbs.AST.PathExpression, frame);
      case 'SubExpression':
        return this.call(expression as hbs.AST.SubExpression, frame);
      case 'NullLiteral':
        return null;
      case 'UndefinedLiteral':
        return undefined;
      default:
        return (expression as hbs.AST.StringLiteral).value;
    }
  }

  private write(text: string): void {
    if (text === '') return;
    this.length += text.length;
    if (this.length > this.limits.outputLength) {
      throw new RenderLimitError(`the rendered prompt is longer than ${this.limits.outputLength} characters`);
    }
    this.chunks.push(text);
  }

  private step(): void {
    this.steps += 1;
    if (this.steps > this.limits.steps)
      throw new RenderLimitError('the template takes too many steps to render');
    // The clock costs more than a step, so it is read now and then only.
    if (this.steps % 128 === 0 && this.now() > this.deadline) {
      throw new RenderLimitError(`the template takes longer than ${this.limits.milliseconds} ms to render`);
    }
  }
}

/** The parser leaves out what the typings promise: a block without `as |…|` has no list of parameters. */
const blockParamsOf = (block: hbs.AST.BlockStatement): readonly string[] =>
  (block.program as { blockParams?: string[] } | undefined)?.blockParams ?? [];

function resolvePath(path: hbs.AST.PathExpression, frame: Frame): unknown {
  const parts: string[] = path.parts;
  let holder: Frame | undefined = frame;
  for (let level = 0; level < path.depth; level += 1) holder = holder?.parent;
  if (path.data) return parts.reduce<unknown>(ownProperty, holder?.data);
  const [first] = parts;
  // `this.x` and `./x` pass the block parameters by, and have more in front of the first part.
  const isBare = first !== undefined && (path.original === first || path.original.startsWith(`${first}.`));
  const scope = isBare && Object.hasOwn(frame.blockParams, first) ? frame.blockParams : holder?.context;
  return parts.reduce<unknown>(ownProperty, scope);
}

/** Own properties only: nothing inherited (`constructor`, `__proto__`, methods) can be reached. */
function ownProperty(holder: unknown, key: unknown): unknown {
  if (holder === null || holder === undefined || (typeof key !== 'string' && typeof key !== 'number'))
    return undefined;
  return Object.hasOwn(Object(holder) as object, key)
    ? (holder as Record<string | number, unknown>)[key]
    : undefined;
}

/** Handlebars' own idea of empty, which leaves 0 aside for `#if`. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

const isTruthy = (value: unknown): boolean => !isEmpty(value) && value !== 0;

/** As Handlebars prints values; an object's own `toString` (input is data, not code) is never called. */
function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(toText).join(',');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '[object Object]';
}
