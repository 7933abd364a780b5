/** The package ships no types; this is the part that is used. */
declare module 'passport-http-bearer' {
  class Strategy {
    constructor(
      options: object,
      verify: (token: string, done: (error: unknown, user?: unknown) => void) => void,
    );
    authenticate(request: { headers: { authorization?: string } }): void;
  }
  export = Strategy;
}
