const MEBIBYTE = 1024 * 1024;

/** Parts but the last have at least this size, so that a file is not thousands of crumbs. */
export const SMALLEST_PART_BYTES = 5 * MEBIBYTE;
export const LARGEST_PART_BYTES = 1024 * MEBIBYTE;
export const MOST_PARTS = 10_000;
/** Cap of a multipart upload; single uploads have the cap of the configuration. */
export const LARGEST_MULTIPART_BYTES = 5 * 1024 * MEBIBYTE;

/** How long a signed URL is good for. */
export const URL_LIFETIME_MS = 60 * 60_000;
/** So long after the end of its URL a PUT into the storage itself may still arrive: it only has to begin in time. */
export const LONGEST_PUT_MS = 6 * 60 * 60_000;
/** How long a multipart upload may take, from its start to its completion. */
export const MULTIPART_LIFETIME_MS = 24 * 60 * 60_000;
/** Longest silence of a client in the middle of its upload. */
export const UPLOAD_STALL_MS = 30_000;
/** How long one who asks for an upload that another completes right now waits for it. */
export const COMPLETION_WAIT_MS = 50_000;
