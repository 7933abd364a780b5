import type { SignInWays } from '../pages/sign-in-ways.js';
import type { FailureReason, SignInFailure } from './sign-in-failure.js';

/** What the person reads. */
export interface FailureText {
  status: 400 | 403 | 503;
  message: string;
  nextStep: string;
  /** Another account at the provider may help. */
  otherAccount?: boolean;
}

const AGAIN = 'Go back to the sign-in page and start again.';

/** The page of each way in which a sign-in with the identity provider can fail. */
export function failureText({ reason, details }: SignInFailure, ways: SignInWays): FailureText {
  const { provider = 'The identity provider', passwords } = ways;
  const address = details.email ? `the address ${details.email}` : 'your address';
  const code = details.code ? ` (${details.code})` : '';
  const texts: Record<FailureReason, FailureText> = {
    unknown_state: {
      status: 400,
      message: 'This sign-in took too long, was used already, or began in another browser.',
      nextStep: AGAIN,
    },
    invalid_answer: {
      status: 400,
      message: `What ${provider} answered does not fit this sign-in${code}, so nobody was signed in.`,
      nextStep: `${AGAIN} If it happens twice, tell your administrator.`,
    },
    provider_refused: {
      status: 400,
      message: `${provider} did not sign you in${code}.`,
      nextStep: AGAIN,
      otherAccount: true,
    },
    provider_unavailable: {
      status: 503,
      message: `${provider} does not answer right now.`,
      nextStep: 'Try again in a minute. If it stays so, tell your administrator.',
    },
    provider_settings: {
      status: 503,
      message: `This server and ${provider} are not set up to work together${code}.`,
      nextStep: 'Tell your administrator: the server’s log says what is wrong.',
    },
    domain_not_allowed: {
      status: 403,
      message: `Accounts with ${address} may not sign in to this server.`,
      nextStep: `Use an account of your organisation at ${provider}.`,
      otherAccount: true,
    },
    email_not_verified: {
      status: 403,
      message: `${provider} has not verified ${address}.`,
      nextStep: `Verify it at ${provider}, then sign in again.`,
      otherAccount: true,
    },
    no_email: {
      status: 403,
      message: `${provider} did not tell this server your e-mail address.`,
      nextStep: `Allow it to at ${provider}, or ask your administrator about the scope “email”.`,
      otherAccount: true,
    },
    account_has_password: {
      status: 403,
      message: `There is an account with ${address} here already, and it has a password of its own.`,
      nextStep: passwords
        ? `Sign in with the password. Your administrator can move the account to ${provider}.`
        : `Ask your administrator to move the account to ${provider}.`,
      otherAccount: true,
    },
    account_has_identity: {
      status: 403,
      message: `The account with ${address} belongs to another account at ${provider}.`,
      nextStep: 'If yours was made anew there, ask your administrator to unlink the old one.',
      otherAccount: true,
    },
    account_disabled: {
      status: 403,
      message: 'Your account on this server is disabled.',
      nextStep: 'Ask your administrator.',
      otherAccount: true,
    },
  };
  return texts[reason];
}
