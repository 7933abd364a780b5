import type { AppConfig } from '#libs/config';

/** How people can sign in to this server. */
export interface SignInWays {
  /** With e-mail and password, on this server's own page. */
  passwords: boolean;
  /** What people call the identity provider; undefined when there is none. */
  provider: string | undefined;
}

export function signInWays({ LOCAL_PASSWORDS, OIDC_ISSUER, OIDC_NAME }: AppConfig): SignInWays {
  const provider = OIDC_ISSUER === undefined ? undefined : (OIDC_NAME ?? new URL(OIDC_ISSUER).host);
  return { passwords: LOCAL_PASSWORDS, provider };
}
