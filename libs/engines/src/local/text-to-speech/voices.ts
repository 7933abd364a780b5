/** The voices that are built into flite, by its names for them. */
export const VOICES = {
  slt: 'female, US English; the clearest of the four',
  rms: 'male, US English',
  awb: 'male, Scottish English',
  kal: 'male, US English; an old robotic voice at telephone quality (8 kHz), about nine times as fast to make',
} as const;

export type Voice = keyof typeof VOICES;
