/** The form for a new password, as it was sent. */
export interface PasswordForm {
  current: string;
  password: string;
  again: string;
}

/** What is wrong, by field, in a sentence for the person who filled it in. */
export type PasswordProblems = Partial<Record<keyof PasswordForm, string>>;

/** Everything that can be said before the current password is compared. Nothing is trimmed or cut off. */
export function passwordProblems({ current, password, again }: PasswordForm): PasswordProblems {
  return {
    ...(current === '' && { current: 'Enter your current password.' }),
    ...newPasswordProblem(current, password),
    ...(again !== password && { again: 'The two new passwords are not the same.' }),
  };
}

function newPasswordProblem(current: string, password: string): PasswordProblems {
  if (password.length < 8) return { password: 'Use at least 8 characters.' };
  if (password.length > 1_024) return { password: 'Use at most 1,024 characters.' };
  return password === current ? { password: 'Choose another password than the current one.' } : {};
}
