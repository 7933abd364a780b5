import type { CompactField, CompactShape } from './compact-field.types.js';
import { DETAILS, type Detail } from './detail.js';
import { estimateTokens } from './token-estimate.js';

/** Tokens that one view may cost by the estimate, which errs to the safe side. */
const BUDGET = 1_150;
const SHORTENED = 'Shortened: get_model_raw_schema has everything.';

/** The part of a view that can be made smaller. */
interface Shrinkable {
  inputs: CompactField[];
  output: Record<string, CompactShape>;
  /** Says that something was left out, and where it stands. */
  note?: string;
}

/** The fullest view that an assistant can afford to read; with a note when things were left out. */
export function withinBudget<View extends Shrinkable>(make: (detail: Detail) => View): View {
  const whole = make(DETAILS[0] as Detail);
  if (fits(whole)) return whole;
  const shortened = (index: number): View => ({ ...make(DETAILS[index] as Detail), note: SHORTENED });
  let best = shortened(DETAILS.length - 1);
  if (!fits(best)) return onlyWhatFits(best);
  let [tooLarge, small] = [0, DETAILS.length - 1];
  while (small - tooLarge > 1) {
    const middle = Math.floor((tooLarge + small) / 2);
    const view = shortened(middle);
    if (fits(view)) [best, small] = [view, middle];
    else tooLarge = middle;
  }
  return best;
}

const fits = (view: object): boolean => estimateTokens(JSON.stringify(view)) <= BUDGET;

const MAX_OUTPUTS = 20;
const ROOM_FOR_NAMES = 150;

/** All required inputs, and of the optional ones as many as there is room for; the others by name. */
function onlyWhatFits<View extends Shrinkable>(view: View): View {
  const output = Object.fromEntries(Object.entries(view.output).slice(0, MAX_OUTPUTS));
  const cost = (value: unknown) => estimateTokens(JSON.stringify(value));
  let room = BUDGET - ROOM_FOR_NAMES - cost({ ...view, inputs: [], output });
  const inputs = view.inputs.filter((field) => {
    room -= cost(field);
    return field.required || room > 0;
  });
  const names = view.inputs.filter((field) => !inputs.includes(field)).map(({ name }) => name);
  const listed = listWithin(names, ROOM_FOR_NAMES - 40);
  const note = names.length > 0 ? `${SHORTENED} ${names.length} more optional inputs: ${listed}` : SHORTENED;
  return { ...view, inputs, output, note };
}

function listWithin(names: string[], room: number): string {
  const shown: string[] = [];
  for (const name of names) {
    if (estimateTokens([...shown, name].join(', ')) > room) return `${shown.join(', ')} …`;
    shown.push(name);
  }
  return shown.join(', ');
}
