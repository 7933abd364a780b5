/** Bodies above this are files in base64. */
export const LARGE_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Bounds the large bodies that are under way at once, by their bytes: each keeps a core busy and has a file on disk
 * until its call is over.
 */
export class LargeBodyGate {
  private insideBytes = 0;

  constructor(private readonly capacityBytes: number) {}

  /** @returns the function that gives the place back (once, however often it is called), or null when there is none */
  enter(bytes: number): (() => void) | null {
    // Alone, any size that the route takes is let in.
    if (this.insideBytes > 0 && this.insideBytes + bytes > this.capacityBytes) return null;
    this.insideBytes += bytes;
    let left = false;
    return () => {
      if (!left) this.insideBytes -= bytes;
      left = true;
    };
  }
}
