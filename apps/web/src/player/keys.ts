const COMMANDS: Readonly<Record<string, 'toggle' | 'back' | 'forward'>> = {
  ' ': 'toggle',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
};

/** What a key means for the film; nothing when it was pressed in a field, on a button or with a modifier. */
export function commandOf(event: KeyboardEvent): 'toggle' | 'back' | 'forward' | undefined {
  const target = event.target as Element;
  const busy = target.closest('input, textarea, select, button, a, summary') !== null;
  return busy || event.ctrlKey || event.metaKey || event.altKey ? undefined : COMMANDS[event.key];
}
