/** How the values follow one another: an array, an array that closes an object too, or white space between them. */
type Form = 'array' | 'array in object' | 'lines';

const SPACE = /\s*/y;
/** What can begin or end something inside a value. */
const MARK = /["{}[\]]/g;
const END_OF_STRING = /["\\]/g;
const END_OF_SCALAR = /[\s,\]}]/g;

/**
 * Finds where each value of a list of JSON values begins and ends, in a text that arrives in pieces. It looks at
 * brackets and quotes only; whether a value is JSON is for `JSON.parse`.
 */
export class ValueSplitter {
  private text = '';
  /** Up to here the text was looked at. */
  private at = 0;
  /** Where the value begins that is being looked at; -1 between two. */
  private start = -1;
  private depth = 0;
  private inString = false;
  private state: 'open' | 'first' | 'value' | 'after' | 'closed' | 'ended';

  /** @param skip characters of the first piece that are none of the list */
  constructor(
    private readonly form: Form,
    private skip: number,
  ) {
    this.state = form === 'lines' ? 'value' : 'open';
  }

  get pendingLength(): number {
    return this.text.length;
  }

  /**
   * @returns the values that are whole now
   * @throws SyntaxError between values
   */
  *split(piece: string, isLast: boolean): Generator<string> {
    this.text += piece.slice(this.skip);
    this.skip = 0;
    for (let value = this.next(isLast); value !== null; value = this.next(isLast)) yield value;
    // What was given out is let go.
    const done = this.start === -1 ? this.at : this.start;
    this.text = this.text.slice(done);
    this.at -= done;
    if (this.start !== -1) this.start = 0;
    if (isLast && this.isUnfinished) throw new SyntaxError('the text ends before the list does');
  }

  private get isUnfinished(): boolean {
    return this.start !== -1 || (this.form !== 'lines' && this.state !== 'ended');
  }

  private next(isLast: boolean): string | null {
    if (this.start === -1 && !this.findStart()) return null;
    if (!this.findEnd(isLast)) return null;
    const value = this.text.slice(this.start, this.at);
    this.start = -1;
    this.state = this.form === 'lines' ? 'value' : 'after';
    return value;
  }

  /** Passes over what stands between two values. */
  private findStart(): boolean {
    for (;;) {
      SPACE.lastIndex = this.at;
      SPACE.exec(this.text);
      this.at = SPACE.lastIndex;
      const mark = this.text[this.at];
      if (mark === undefined) return false;
      if (this.passMark(mark)) this.at += 1;
      else break;
    }
    this.start = this.at;
    this.depth = 0;
    return true;
  }

  /** @returns false where a value begins */
  private passMark(mark: string): boolean {
    const { state } = this;
    if (state === 'open' && mark === '[') this.state = 'first';
    else if (state === 'after' && mark === ',') this.state = 'value';
    else if ((state === 'after' || state === 'first') && mark === ']')
      this.state = this.form === 'array' ? 'ended' : 'closed';
    else if (state === 'closed' && mark === '}') this.state = 'ended';
    else if (state === 'closed' || state === 'ended') throw new SyntaxError('something follows the list');
    else if (state === 'after' || mark === ',' || mark === ']' || mark === '}')
      throw new SyntaxError(`${mark} is not expected here`);
    else return false;
    return true;
  }

  private findEnd(isLast: boolean): boolean {
    const first = this.text[this.start];
    if (first !== '{' && first !== '[' && first !== '"') return this.findScalarEnd(isLast);
    while (this.at < this.text.length) {
      if (this.inString) {
        if (!this.passString()) return false;
      } else {
        MARK.lastIndex = this.at;
        const mark = MARK.exec(this.text);
        this.at = mark ? mark.index + 1 : this.text.length;
        if (mark?.[0] === '"') this.inString = true;
        else if (mark) this.depth += mark[0] === '{' || mark[0] === '[' ? 1 : -1;
      }
      if (this.depth === 0 && !this.inString) return true;
    }
    return false;
  }

  private findScalarEnd(isLast: boolean): boolean {
    END_OF_SCALAR.lastIndex = this.start;
    const end = END_OF_SCALAR.exec(this.text);
    this.at = end ? end.index : this.text.length;
    return end !== null || isLast;
  }

  /** @returns false when the string goes on in the next piece */
  private passString(): boolean {
    while (this.at < this.text.length) {
      END_OF_STRING.lastIndex = this.at;
      const mark = END_OF_STRING.exec(this.text);
      if (!mark) this.at = this.text.length;
      else if (mark[0] === '"') {
        this.at = mark.index + 1;
        this.inString = false;
        return true;
      } else {
        // What is escaped may come with the next piece: the backslash is looked at again then.
        if (mark.index + 1 >= this.text.length) {
          this.at = mark.index;
          return false;
        }
        this.at = mark.index + 2;
      }
    }
    return false;
  }
}
