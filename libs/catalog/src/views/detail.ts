/** How much of a schema a view shows. What a caller needs to build a valid input stays longest. */
export interface Detail {
  /** Longest description of a field, in characters. */
  description: number;
  /** Longest description of an output field. */
  outputDescription: number;
  /** Longest description of the entry itself. */
  about: number;
  /** Examples shown, and the largest of them as JSON text. */
  examples: number;
  exampleLength: number;
  /** Values shown of a closed list. */
  enum: number;
  /** Levels of objects in objects that are shown; what is required goes deeper. */
  nesting: number;
  /** Leaves out what says nothing: `required: false`, an empty description, a default of null. */
  terse: boolean;
}

const FULL: Detail = {
  description: 400,
  outputDescription: 400,
  about: 4000,
  examples: 5,
  exampleLength: 4000,
  enum: 20,
  nesting: 3,
  terse: false,
};

const TERSE: Detail = { ...FULL, terse: true, examples: 1, exampleLength: 500, nesting: 2 };
const BARE: Detail = { ...TERSE, examples: 0, outputDescription: 0, nesting: 1 };

/** From everything to the least that still makes a valid input, in the order in which things may go. */
export const DETAILS: readonly Detail[] = [
  FULL,
  { ...FULL, description: 200, outputDescription: 120, about: 1500, examples: 1, exampleLength: 1000 },
  { ...TERSE, description: 120, outputDescription: 80, about: 800 },
  { ...TERSE, description: 90, outputDescription: 60, about: 500, exampleLength: 300 },
  { ...TERSE, description: 70, outputDescription: 40, about: 400, examples: 0 },
  { ...TERSE, description: 50, outputDescription: 24, about: 300, examples: 0, enum: 16 },
  { ...BARE, description: 36, about: 240, enum: 12 },
  { ...BARE, description: 24, about: 200, enum: 10 },
  { ...BARE, description: 0, about: 160, enum: 8 },
  { ...BARE, description: 0, about: 120, enum: 4, nesting: 0 },
  { ...BARE, description: 0, about: 80, enum: 2, nesting: 0 },
];
