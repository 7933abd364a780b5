import type { JsonSchema } from '#libs/catalog';

/** One file URL in a model's input and what its schema says of the file. */
export interface FileInput {
  url: string;
  /** Accepted media type, such as `image/*`. */
  accept?: string;
  /** Largest size in bytes. */
  maxBytes?: number;
}

/** What a worker needs beside the input. Taken at submission, so that a later change of the model does not matter. */
export interface RunPlan {
  engineSettings: Record<string, unknown>;
  files: FileInput[];
  outputSchema: JsonSchema;
  typicalSeconds: number | null;
}
