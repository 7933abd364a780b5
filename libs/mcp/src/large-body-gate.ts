/** Bodies above this are files in base64. */
export const LARGE_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Bounds the large bodies that are in memory at once. A base64 argument must be held whole while it is parsed, at
 * about four times its size at the worst moment, and a few of them would use up the process.
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
