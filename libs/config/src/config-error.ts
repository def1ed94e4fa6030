/** Wrong settings. Its message is meant for the person who starts the program: one line a mistake. */
export class ConfigError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `  ${mistake}`).join('\n'));
    this.name = 'ConfigError';
  }
}
